/** Loads Ink in colour and in production mode, whatever the environment says: the compositor knows what the terminal can show, and React's development build never frees what it measures. The environment children inherit stays as it was. */
export async function loadInk(): Promise<typeof import('ink')> {
  const { FORCE_COLOR, NO_COLOR, NODE_ENV } = process.env
  const before = { FORCE_COLOR, NO_COLOR, NODE_ENV }
  Object.assign(process.env, { FORCE_COLOR: '3', NODE_ENV: 'production' })
  // Beside the other it would make Node write a warning across the screen.
  delete process.env.NO_COLOR
  try {
    return await import('ink')
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
