import type { Place } from './machines.ts'

/** Where downloads go, if its settings say so. */
export const cacheOf = ({ settings }: Pick<Place, 'settings'>): string | undefined => {
  const { HUGGINGFACE_HUB_CACHE, HF_HUB_CACHE, HF_HOME } = settings.variables
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || (HF_HOME && `${HF_HOME}/hub`) || undefined
}

/** Where the hub caches of a host are, as far as its settings move them from their usual place. */
export const hubsOf = ({ settings }: Pick<Place, 'settings'>): string[] => {
  const { HUGGINGFACE_HUB_CACHE, HF_HUB_CACHE, HF_HOME } = settings.variables
  const moved = [HUGGINGFACE_HUB_CACHE, HF_HUB_CACHE, HF_HOME && `${HF_HOME}/hub`]
  return [...moved, ...settings.model_dirs].filter(path => path !== undefined && path !== '') as string[]
}
