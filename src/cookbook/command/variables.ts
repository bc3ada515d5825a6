import { refused } from './refusal.ts'

/** Variables that change which code a program loads, or where a shell looks for it. */
const FAMILIES =
  /^(?:LD|DYLD|_RLD|BASH|NPM_CONFIG|PIP|UV|GIT|ITHACA|TMUX|OPENSSL|CUDA_INJECTION64|CUDA_INJECTION32|HSA_TOOLS)_|^(?:PERL|RUBY)/i

// biome-ignore format: a list to read across
const NAMES = new Set([
  'PATH', 'HOME', 'IFS', 'ENV', 'SHELL', 'SHELLOPTS', 'PS4', 'PROMPT_COMMAND', 'CDPATH', 'GLOBIGNORE', 'TMUX', 'FPATH', 'ZDOTDIR',
  'NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'TS_NODE_PROJECT', 'TSX_TSCONFIG_PATH',
  'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH',
  'GCONV_PATH', 'LOCPATH', 'NLSPATH', 'LIBPATH', 'SHLIB_PATH', 'GGML_BACKEND_PATH', 'VK_LAYER_PATH', 'VK_ADD_LAYER_PATH',
  'EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'LESSOPEN', 'LESSCLOSE', 'SUDO_ASKPASS', 'SSH_ASKPASS',
])

/** Of Python's own variables only these neither load code nor move where it is loaded from. */
// biome-ignore format: a list to read across
const HARMLESS_PYTHON = new Set([
  'PYTHONUNBUFFERED', 'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED', 'PYTHONIOENCODING', 'PYTHONUTF8', 'PYTHONFAULTHANDLER',
  'PYTHONNOUSERSITE', 'PYTHONSAFEPATH', 'PYTHONOPTIMIZE', 'PYTHONMALLOC', 'PYTHONTRACEMALLOC', 'PYTHONASYNCIODEBUG',
  'PYTHONVERBOSE', 'PYTHONDEVMODE', 'PYTHONCOERCECLOCALE', 'PYTHONINTMAXSTRDIGITS', 'PYTHON_GIL', 'PYTHON_CPU_COUNT', 'PYTHON_COLORS',
])

export function isDangerousVariable(name: string): boolean {
  if (/^PYTHON/i.test(name)) return !HARMLESS_PYTHON.has(name)
  return NAMES.has(name.toUpperCase()) || FAMILIES.test(name)
}

export function checkVariable(name: string): void {
  if (!isDangerousVariable(name)) return
  throw refused(
    `${name} may not be set: it decides which code is loaded. Choose the program by its full path, or an environment for the host.`,
  )
}
