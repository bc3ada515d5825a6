import type { Rule } from '../types.ts'

export const abi: readonly Rule[] = [
  {
    id: 'undefined-symbol',
    cause: 'abi_mismatch',
    strength: 'exact',
    match: [
      /(?<file>[^\s:'"]+\.so[\w.]*): undefined symbol: (?<symbol>\w+)/,
      /undefined symbol: (?<symbol>\w+)/,
      /symbol lookup error: (?<file>\S+): (?<detail>.*)/,
      /Symbol not found: (?<symbol>\w+)/,
      /procedure entry point (?<symbol>\S+) could not be located/,
    ],
    unless: /Failed to import from/,
    meaning:
      'A compiled package was built against another version of a library than the one installed[: {symbol} is missing].',
    fixes: [
      {
        title: 'Install the engine and torch again, together',
        do: [{ pip: ['--force-reinstall', '{package}', 'torch'] }],
      },
      {
        title: 'Throw away compiled caches',
        do: [{ run: 'rm -rf ~/.triton/cache ~/.cache/vllm/torch_compile_cache ~/.cache/torch_extensions' }],
      },
    ],
  },
  {
    id: 'libc-too-old',
    cause: 'abi_mismatch',
    strength: 'exact',
    match: [
      /version `(?<symbol>(?:GLIBC|GLIBCXX|CXXABI|GCC|LIBNVJITLINK|NCCL|OPENSSL)\w*[\d.]*)' not found/,
      /version `(?<symbol>[\w.]+)' not found \(required by (?<file>[^)]+)\)/,
    ],
    unless: /Failed to import from/,
    meaning: 'A compiled package needs newer system libraries than there are[: {symbol}].',
    fixes: [
      {
        title: 'Bring a newer C++ runtime into the environment',
        do: [{ run: 'conda install -c conda-forge libstdcxx-ng' }],
      },
      {
        title: 'Use the container image of the engine',
        do: [{ run: 'run the engine from its container image' }],
      },
      { title: 'Install the engine again', do: [{ pip: ['--force-reinstall', '{package}'] }] },
    ],
  },
  {
    id: 'extension-not-loadable',
    cause: 'abi_mismatch',
    strength: 'plain',
    match: [
      /DLL load failed while importing (?<file>\w+)/,
      /(?:Failed|Unable|Could not) (?:to )?(?:import|load) (?:from )?(?:vllm\._C|sgl_kernel|common_ops|_C\b|flash_attn)/,
      /Could not load any common_ops library/,
      /invalid ELF header|wrong ELF class|file too short|incompatible architecture/,
      /PyTorch (?:was|has been) compiled with .*(?:but|while)/,
      /The detected CUDA version \((?<have>[\d.]+)\) mismatches the version that was used to compile\s+PyTorch/,
      /Detected that PyTorch and \w+ were compiled with different CUDA (?:major )?versions/,
    ],
    meaning: 'A compiled package does not fit the libraries beside it.',
    fixes: [
      {
        title: 'Install the engine and torch again, together',
        do: [{ pip: ['--force-reinstall', '{package}', 'torch'] }],
      },
    ],
  },
  {
    id: 'shared-library-missing',
    cause: 'shared_library_missing',
    strength: 'exact',
    match: [
      /error while loading shared libraries: (?<file>\S+): cannot open shared object file/,
      /(?<file>[^\s:'"]+\.so[\w.]*): cannot open shared object file/,
      /Library not loaded: (?<file>\S+)/,
      /dyld\[\d+\]: Library not loaded/,
      /Could not (?:find|load) (?:the )?(?:library|shared (?:object|library)) '?(?<file>[\w.-]+)/,
      /(?<file>(?:lib)?(?:cudart|cublas|cudnn|nccl|numa|rdma|nvrtc|amdhip|hip|tbb|gomp)\S*): (?:not found|No such file)/,
      /Failed to load NCCL library/,
      /exit status 0xC0000135/i,
      /Unable to load any of \{?(?<file>lib\w+\.so[\w.]*)/,
      /libcuda\.so(?:\.1)? (?:cannot be|is not|not) found/,
      /AssertionError: libcuda\.so cannot found/,
      /[Cc]annot find -l(?<file>\w+)/,
    ],
    unless: /Failed to import from|Ignore import error/,
    meaning: 'A shared library is missing, or not where the loader looks[: {file}].',
    derive: ({ values }) => ({ systemPackage: systemPackageOf(values.file ?? '') }),
    fixes: [
      { title: 'Install {systemPackage}', do: [{ system: ['{systemPackage}'] }] },
      { title: 'Install the build for this machine', do: [{ pip: ['--force-reinstall', '{package}'] }] },
      {
        title: 'Tell the loader where CUDA is',
        do: [{ env: 'LD_LIBRARY_PATH', to: '/usr/local/cuda/lib64:/usr/lib/x86_64-linux-gnu' }],
      },
    ],
  },
  {
    id: 'compiler-missing',
    cause: 'compiler_or_headers_missing',
    strength: 'exact',
    match: [
      /Failed to find C compiler/,
      /No such file or directory: '?(?<tool>gcc|g\+\+|cc|c\+\+|nvcc|ninja|cmake|clang|ld|make)'?/,
      /(?:^|[\s:'"])(?<tool>gcc|g\+\+|cc|c\+\+|nvcc|ninja|cmake|make|clang)(?:['"])?: (?:command )?not found/,
      /Could not find (?:nvcc|CUDA|a C(?:\+\+)? compiler|ninja)/i,
      /(?:Ninja|ninja) is required to load C\+\+ extensions/,
      /CUDA_HOME environment variable is not set/,
      /CUDA_HOME .*(?:does not exist|not (?:set|found))/i,
      /No CUDA toolkit found|nvcc (?:was )?not found|nvcc .*No such file/i,
      /[Cc]annot find -lcuda\b/,
      /CalledProcessError: Command '\[?'?\S*(?:gcc|g\+\+|cc|nvcc|clang|ninja)\b/,
      /(?<header>Python\.h|cuda\.h|cuda_runtime\.h|numa\.h|nv\/target|cublas_v2\.h|curand\w*\.h|nvrtc\.h): No such file or directory/,
      /fatal error: (?<header>\S+): No such file or directory/,
      /Error compiling objects for extension|Error building extension/,
      /Compiler: \S+ is not found\.|No working C(?:\+\+)? compiler/,
      /C\+\+ compiler .*(?:not found|required|failed)/i,
      /InvalidCxxCompiler/,
      /Failed to initialize NVRTC|nvrtc: error/,
      /unsupported (?:GNU version|Microsoft Visual Studio version)/,
      /(?:nvcc fatal|ptxas fatal)\s*: +(?<detail>.*)/,
    ],
    unless: /Unsupported gpu architecture|Value 'sm_/,
    meaning:
      'The engine compiles code while it starts, and the compiler or its headers are missing[: {header}][: {tool}].',
    fixes: [
      {
        title: 'Install the compiler and the headers',
        do: [{ system: ['build-essential', 'python3-dev', 'ninja-build'] }],
      },
      { title: 'Say where CUDA is', do: [{ env: 'CUDA_HOME', to: '/usr/local/cuda' }] },
      { title: 'Do without compiled kernels', do: [{ on: 'eager' }], engines: ['vllm'] },
    ],
  },
]

const systemPackages: readonly (readonly [RegExp, string])[] = [
  [/libgomp/, 'libgomp1'],
  [/libnuma/, 'libnuma1'],
  [/libGL\b|libGL\.so/, 'libgl1'],
  [/libglib|libgthread/, 'libglib2.0-0'],
  [/libcurl/, 'libcurl4'],
  [/libibverbs/, 'libibverbs1'],
  [/libtbb/, 'libtbb12'],
  [/libmpi/, 'libopenmpi3'],
  [/libvulkan/, 'libvulkan1'],
  [/libopenblas/, 'libopenblas0'],
  [/libaio/, 'libaio1'],
  [/libpython(?<v>3\.\d+)/, 'libpython3-dev'],
  [/libcudart|libcublas|libcudnn|libnvrtc|libcusparse|libcufft/, 'cuda-runtime'],
  [/libnccl/, 'libnccl2'],
  [/libsndfile/, 'libsndfile1'],
  [/libav|ffmpeg/, 'ffmpeg'],
]

function systemPackageOf(file: string): string | undefined {
  return systemPackages.find(([library]) => library.test(file))?.[1]
}
