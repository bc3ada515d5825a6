import type { Evidence, Rule, Values } from '../types.ts'

/** Where the name to install differs from the name to import. */
const packageOf: Readonly<Record<string, string>> = {
  zmq: 'pyzmq',
  cv2: 'opencv-python-headless',
  PIL: 'pillow',
  yaml: 'pyyaml',
  cuda: 'cuda-python',
  sklearn: 'scikit-learn',
  google: 'protobuf',
  attr: 'attrs',
  dotenv: 'python-dotenv',
  flash_attn: 'flash-attn',
  flashinfer: 'flashinfer-python',
  sgl_kernel: 'sgl-kernel',
  llama_cpp: 'llama-cpp-python[server]',
  mlx_lm: 'mlx-lm',
  sglang: 'sglang[all]',
  cupy: 'cupy-cuda12x',
  mistral_common: 'mistral-common',
  compressed_tensors: 'compressed-tensors',
  auto_gptq: 'auto-gptq',
  awq: 'autoawq',
  pynvml: 'nvidia-ml-py',
  qwen_vl_utils: 'qwen-vl-utils',
  open_clip: 'open-clip-torch',
  fastapi_cli: 'fastapi[standard]',
  hf_transfer: 'hf-transfer',
  multipart: 'python-multipart',
  pkg_resources: 'setuptools',
  distutils: 'setuptools',
  starlette_context: 'llama-cpp-python[server]',
  msgspec: 'msgspec',
  orjson: 'orjson',
  partial_json_parser: 'partial-json-parser',
  uvloop: 'uvloop',
}

const toInstall = ({ values }: Evidence): Values => {
  const module = values.module
  if (module === undefined) return {}
  const [top] = module.split('.')
  return { install: packageOf[top!] ?? top!.replaceAll('_', '-') }
}

/** Parts of packages that are there, but of another time than their caller. */
const partOfEngine =
  /^(?:vllm|sglang|transformers|torch|torchvision|triton|flashinfer|xformers|outlines|compressed_tensors|huggingface_hub|mistral_common|lmdeploy|gguf|ray|numpy|pydantic|deep_gemm|sgl_kernel)\.(?!_)\w/

const extension =
  /^(?:vllm\._\w+|sgl_kernel\.\w+|flash_attn_2_cuda|exllama\w*|awq_ext|_C|flash_attn\w*_cuda)$/

export const packages: readonly Rule[] = [
  {
    id: 'module-missing',
    cause: 'python_module_missing',
    strength: 'exact',
    match: [/No module named '?(?<module>[\w.]+)'?/],
    unless: /Failed to import from|No module named '?__main__|transformers_modules/,
    when: ({ values }) => !extension.test(values.module ?? '') && !partOfEngine.test(values.module ?? ''),
    meaning: 'The Python package for “{module}” is not installed in the environment of the server.',
    derive: toInstall,
    fixes: [
      { title: 'Install {install}', do: [{ pip: ['{install}'] }] },
      {
        title: 'Check that the right environment is active',
        do: [{ run: 'which python; python -m pip list' }],
      },
    ],
  },
  {
    id: 'part-of-package-missing',
    cause: 'package_version_mismatch',
    strength: 'exact',
    match: [/No module named '(?<module>[\w.]+)'/],
    when: ({ values }) => partOfEngine.test(values.module ?? '') && !extension.test(values.module ?? ''),
    unless: /Failed to import from|transformers_modules/,
    meaning: 'The installed package has no part “{module}”: it is older or newer than what calls it.',
    fixes: [
      {
        title: 'Install {distribution} in the version the engine pins',
        do: [{ pip: ['--force-reinstall', '{distribution}'] }],
      },
      {
        title: 'Install the versions the engine was released with',
        do: [{ pip: ['--upgrade', '{package}'] }],
      },
      { title: 'Show which packages disagree', do: [{ run: 'python -m pip check' }] },
    ],
  },
  {
    id: 'compiled-extension-missing',
    cause: 'python_module_missing',
    strength: 'exact',
    match: [/No module named '?(?<module>[\w.]+)'?/],
    when: ({ values }) => extension.test(values.module ?? ''),
    unless: /Failed to import from/,
    meaning:
      'The compiled part “{module}” of the engine is missing: it was installed without being built, or a source folder hides the installed one.',
    fixes: [
      { title: 'Install the engine again from a wheel', do: [{ pip: ['--force-reinstall', '{package}'] }] },
      { title: 'Start it from another folder than its source', do: [{ run: 'cd ~ before the launch' }] },
    ],
  },
  {
    id: 'module-to-install',
    cause: 'python_module_missing',
    strength: 'exact',
    match: [
      /(?:please|you (?:need|must|should|can)|need to|try to|you'll need to)[^.]{0,40}\binstall (?:it (?:with|via|using|by)|(?:the )?(?:missing )?(?:package|dependency|library)|by)?:? ?[`'"]*(?:pip3? install )?(?:-U |--upgrade )?[`'"]?(?<module>[a-z][\w.[\]-]*)/i,
      /requires (?:the )?[`'"]?(?<module>[\w-]+)[`'"]? (?:library|package)(?:,)? (?:but it|to be installed|which)/,
      /This modeling file requires the following packages that were not found in your environment: (?<module>[\w-]+)/,
      /[`'"]?(?<module>[\w-]+)[`'"]? (?:is|are) not installed/,
      /PackageNotFoundError: (?:No package metadata was found for (?:The '?)?)?(?<module>[\w-]+)/,
      /The '(?<module>[\w-]+)(?:[<>=!~].*)?' distribution was not found/,
      /(?<module>\w[\w-]*) backend is not installed/,
      /Could not find (?:the )?(?:package|module) '?(?<module>[\w.-]+)/,
    ],
    unless:
      /NVIDIA driver|[Cc]\+\+ compiler|pip install --upgrade transformers|gcc|cuda toolkit|for (?:better|faster|optimal|improved)|performance|recommend|optional|nvcc|latest version|nightly|\bold(?:er)?\b|newer|ninja|Trying|apt/i,
    meaning: 'A package is needed and not installed[: {module}].',
    derive: toInstall,
    fixes: [{ title: 'Install {install}', do: [{ pip: ['{install}'] }] }],
  },
  {
    id: 'names-disagree',
    cause: 'package_version_mismatch',
    strength: 'exact',
    match: [
      /cannot import name '(?<name>\w+)' from (?:partially initialized module )?'(?<module>[\w.]+)'/,
      /cannot import name '?(?<name>\w+)'?/,
      /'\w*(?:Tokenizer\w*|Processor|Config)' object has no attribute '(?<name>\w+)'/,
      /'(?<name>[\w-]+)' is already used by a Transformers config/,
      /[Mm]odule '(?<module>[\w.]+)' has no attribute '(?<name>\w+)'/,
      /type object '(?<module>\w+)' has no attribute '(?<name>\w+)'/,
      /(?<name>[\w.]+)\(\) got an unexpected keyword argument '(?<argument>\w+)'/,
      /(?<name>[\w.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: '(?<argument>\w+)'/,
      /(?<name>[\w.]+)\(\) takes (?:from )?\d+ (?:to \d+ )?positional arguments? but \d+/,
      /(?<name>[\w.]+)\(\) got multiple values for (?:keyword )?argument '(?<argument>\w+)'/,
      /(?<name>\S+)\(\) is missing value for argument '(?<argument>\w+)'/,
      /(?<name>\S+)\(\) expected at most \d+ argument\(s\) but received \d+/,
      /'_OpNamespace' '(?<module>\w+)' object has no attribute '(?<name>\w+)'/,
      /'_?OpNamespace' .*has no attribute/,
      /[Uu]nknown (?:builtin )?op: (?<name>[\w:]+)/,
      /Could not (?:find|run) (?:schema for )?'?(?<name>(?:_C|vllm|sgl_kernel|torchvision)\S*)'?/,
      /operator (?<name>torchvision::nms|[\w]+::\w+) does not exist/,
      /not enough values to unpack|too many values to unpack/,
    ],
    unless:
      /tokenizer.*has no attribute '(?:chat_template|eos_token)|most likely due to a circular import.*torch\b/,
    meaning: 'Two installed packages do not fit together[: {name} is not what the caller expects].',
    fixes: [
      {
        title: 'Install the versions the engine was released with',
        do: [{ pip: ['--upgrade', '{package}'] }],
      },
      {
        title: 'Install {distribution} in the version the engine pins',
        do: [{ pip: ['--force-reinstall', '{distribution}'] }],
      },
      { title: 'Show which packages disagree', do: [{ run: 'python -m pip check' }] },
    ],
  },
  {
    id: 'version-outside-range',
    cause: 'package_version_mismatch',
    strength: 'exact',
    match: [
      /ImportError: (?<module>[\w.-]+)(?<want>[<>=!~]=?[\w.,<>=!~*]+) is required for a normal functioning of this module, but found \S+==(?<have>[\w.+]+)/,
      /(?<module>[\w.-]+) (?:is installed with )?version (?<have>[\w.+]+),? which is less than the minimum required version (?<want>[\w.]+)/,
      /VersionConflict: \((?<module>[\w-]+) (?<have>[\w.]+) .*?(?<want>[<>=!~]=[\w.]+)/,
      /(?:requires?|expected) (?<module>(?!a |an |the )[\w-]+) ?(?:version )?(?<want>[<>=!~]{1,2} ?[\d][\w.]*)(?:,? .*(?:found|but|have|installed|got))/,
      /(?<caller>\w+) needs (?<module>\w+) (?<want>[\d.]+) or (?:less|greater)\. Got/,
      /(?:minimum|at least) (?:required )?(?:version|transformers|torch).{0,40}(?:but|found|have|got)/i,
      /ContextualVersionConflict|DistributionNotFound/,
      /version of (?<module>[\w-]+) .*(?:is too old|too low|not (?:supported|compatible)|incompatible)/i,
      /(?<module>flashinfer|sgl.kernel|triton|torch|numpy|pydantic|xformers|outlines)\S* version .*(?:does not match|mismatch|is not compatible|incompatible|not supported)/i,
      /[Vv]ersion mismatch/,
      /A module that was compiled using NumPy 1\.x cannot be run in\b/,
      /numpy\.dtype size changed, may indicate binary incompatibility/,
      /Numpy is not available/,
      /module 'numpy' has no attribute '(?<name>\w+)'/,
      /Descriptors cannot be created directly|cannot be created directly/,
      /If this call came from a _pb2\.py file/,
      /incompatible with (?:the )?(?:installed|current|your) version/i,
      /Keras 3, but this is not yet supported in Transformers/,
    ],
    unless: /UserWarning|nccl|driver|GLIBC|magic/i,
    meaning: 'A package is installed in a version the engine does not work with[: {module} {have}].',
    fixes: [
      { title: 'Install {module}{want}', do: [{ pip: ['{requirement}'] }] },
      {
        title: 'Install the versions the engine was released with',
        do: [{ pip: ['--upgrade', '{package}'] }],
      },
      { title: 'Show which packages disagree', do: [{ run: 'python -m pip check' }] },
    ],
  },
  {
    id: 'transformers-too-old',
    cause: 'transformers_too_old',
    strength: 'exact',
    match: [
      /model type `(?<type>[\w.-]+)` but Transformers does not recognize this architecture/,
      /Transformers does not recognize this (?:architecture|model)/,
      /Tokenizer class (?<type>\w+) does not exist or is not currently imported/,
      /Unrecognized (?:configuration class|processing class|image processor)/,
      /model type '?(?<type>[\w.-]+)'? .*(?:upgrade|update|newer).*[Tt]ransformers/,
      /[Pp]lease (?:update|upgrade) (?:your )?[Tt]ransformers/,
      /requires (?:a newer|transformers|Transformers)(?: version)? ?(?:>=|of transformers)/i,
      /Unrecognized model in \S+\. Should have a `model_type` key/,
      /The installed version of transformers .*(?:not support|too old)/i,
    ],
    meaning: 'The installed transformers does not know this kind of model[: {type}].',
    fixes: [
      { title: 'Upgrade transformers', do: [{ pip: ['--upgrade', 'transformers'] }] },
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
      { title: 'Use the code the model brings', do: [{ on: 'trustRemoteCode' }] },
    ],
  },
  {
    id: 'unknown-model-type-key',
    cause: 'transformers_too_old',
    strength: 'place',
    match: [/KeyError: '(?<type>[\w.-]+)'/],
    after: [/configuration_auto\.py|tokenization_auto\.py|transformers_utils\/config\.py/],
    meaning: 'The installed transformers does not know this kind of model[: {type}].',
    fixes: [
      { title: 'Upgrade transformers', do: [{ pip: ['--upgrade', 'transformers'] }] },
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
    ],
  },
  {
    id: 'python-too-old',
    cause: 'python_version_unsupported',
    strength: 'exact',
    match: [
      /requires (?:a different )?[Pp]ython(?:: | )(?<have>[\d.]+ )?(?:not in|>=|version)/,
      /Requires-Python (?<want>[<>=!~\d.,]+)/,
      /Python (?<have>3\.\d+)(?:\.\d+)? (?:is not|is no longer|isn't) supported/,
      /unsupported operand type\(s\) for \|: '(?:type|ABCMeta|_GenericAlias|NoneType|UnionType)' and/,
      /(?:'type'|'ABCMeta') object is not subscriptable/,
      /cannot import name '(?:Self|NotRequired|override|TypeAlias|Unpack|StrEnum)' from '(?:typing|enum)'/,
      /No matching distribution found for (?:vllm|sglang|torch)/,
      /SyntaxError: (?:invalid syntax|f-string)/,
    ],
    meaning: 'This version of Python is not one the engine works with.',
    fixes: [
      {
        title: 'Make an environment with Python 3.12',
        do: [{ run: 'uv venv --python 3.12 && uv pip install {package}' }],
      },
    ],
  },
]

/** Errors that point to packages of different times only when nothing better is known of them. */
export const lastGuesses: readonly Rule[] = [
  {
    id: 'kernel-library-by-stack',
    cause: 'package_version_mismatch',
    strength: 'place',
    match: [/(?:Error|Exception): ?/, /^assert /],
    after: [/\/deep_gemm\/\S+", line \d+/],
    unless: /out of memory|CUDA error/,
    meaning: 'The installed kernel library does not know what the engine asks of it.',
    fixes: [
      {
        title: 'Do without DeepGEMM',
        do: [{ env: 'SGLANG_ENABLE_JIT_DEEPGEMM', to: '0' }],
        engines: ['sglang'],
      },
      { title: 'Do without DeepGEMM', do: [{ env: 'VLLM_USE_DEEP_GEMM', to: '0' }], engines: ['vllm'] },
      {
        title: 'Install the versions the engine was released with',
        do: [{ pip: ['--upgrade', '{package}'] }],
      },
    ],
  },
  {
    id: 'object-lacks-attribute',
    cause: 'package_version_mismatch',
    strength: 'place',
    match: [
      /'(?<module>\w*(?:Config|Tokenizer\w*|Processor|Cache|Params|Args|Proxy|Namespace|Version|Output|Metadata|Model|Runner|Group|Context|Options|Settings|Request|Kernel|Linear|Method))' object has no attribute '(?<name>\w+)'/,
      /'(?:dict|list|str|tuple|int|property|function|builtin_function_or_method)' object has no attribute '(?<name>\w+)'/,
      /AttributeError: (?<name>(?!'NoneType').+)/,
      /NameError: name '(?<name>\w+)' is not defined/,
      /TypeError: (?<name>.*(?:argument|positional|not callable|not subscriptable|unsupported operand|must be).*)/,
    ],
    meaning: 'Two installed packages do not fit together: one misses “{name}”.',
    fixes: [
      { title: 'Upgrade the engine together with what it needs', do: [{ pip: ['--upgrade', '{package}'] }] },
      { title: 'Install transformers in the version the engine pins', do: [{ pip: ['transformers'] }] },
      { title: 'Show which packages disagree', do: [{ run: 'python -m pip check' }] },
    ],
  },
]
