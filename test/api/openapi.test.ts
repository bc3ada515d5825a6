import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { allRoutes } from '../../src/contract/all.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('the description is valid OpenAPI 3.1 and tells every route of the contract', async () => {
  await using w = await testWorkspace()
  const response = await w.request('GET', '/openapi.json')
  expect(response.status).toBe(200)
  const description = (await response.json()) as {
    openapi: string
    paths: Record<string, Record<string, unknown>>
  }
  const verdict = await new Validator().validate(structuredClone(description))
  expect(verdict).toMatchObject({ valid: true })
  const broken = { ...description, paths: { '/x': { get: { responses: { 200: {} } } } } }
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  expect(description.openapi).toBe('3.1.0')
  for (const route of allRoutes())
    expect(description.paths[route.path]?.[route.method.toLowerCase()]).toMatchObject({
      operationId: route.id,
    })
  // A number and a flag with what they are where nobody says.
  const parameters = expect.arrayContaining([
    ...[{ name: 'limit', in: 'query', required: false, schema: expect.objectContaining({ default: 50 }) }],
    expect.objectContaining({ name: 'archived', schema: { type: 'boolean', default: false } }),
  ])
  expect(description.paths['/api/v1/todos']!.get).toMatchObject({ parameters })
  const told = Object.values(description.paths).flatMap(operations => Object.keys(operations))
  expect(told).toHaveLength(allRoutes().length)
})

test('every reference in it leads somewhere', async () => {
  await using w = await testWorkspace()
  const description = (await (await w.request('GET', '/openapi.json')).json()) as object
  const follow = (path: string): unknown =>
    path
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((place, name) => (place as Record<string, unknown> | undefined)?.[name], description)
  const lost = [...JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g)]
    .map(found => found[1]!)
    .filter(path => follow(path) === undefined)
  expect(lost).toEqual([])
})

test('no two routes share an id, or a method and a path', () => {
  const twice = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index)
  expect(twice(allRoutes().map(route => route.id))).toEqual([])
  expect(twice(allRoutes().map(route => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`))).toEqual(
    [],
  )
})
