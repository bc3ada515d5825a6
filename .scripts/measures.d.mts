export const testMeasures: import('vitest/config').ViteUserConfig['plugins'] & object
export const layingOut: RegExp
