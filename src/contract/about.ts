import * as z from 'zod'
import { route } from './route.ts'

/** What the API says of itself. */
export const about = {
  health: route({
    id: 'about.health',
    method: 'GET',
    path: '/healthz',
    scope: 'public',
    danger: 'none',
    summary: 'That it runs, and which opening of the workspace this is',
    in: () => z.strictObject({}),
    out: () => z.object({ ok: z.literal(true), id: z.string(), version: z.string() }),
  }),
  openapi: route({
    id: 'about.openapi',
    method: 'GET',
    path: '/openapi.json',
    scope: 'public',
    danger: 'none',
    summary: 'This description',
    in: () => z.strictObject({}),
    out: () => z.record(z.string(), z.unknown()),
  }),
  metrics: route({
    id: 'about.metrics',
    method: 'GET',
    path: '/metrics',
    scope: 'token',
    danger: 'none',
    summary: 'Requests, latencies and sizes, as Prometheus reads them',
    in: () => z.strictObject({}),
    out: () => z.string(),
    media: 'text/plain; version=0.0.4; charset=utf-8',
  }),
}
