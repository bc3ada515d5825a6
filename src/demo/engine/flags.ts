export interface Parsed {
  values: Map<string, string>
  positional: string[]
  unknown: string[]
  /** A flag that wants a value and got none. */
  bare: string | null
}

/** Arguments as argparse reads them: `--a b`, `--a=b`, `-a b`, underscores and dashes alike. */
export function parseFlags(argv: string[], withValue: Iterable<string>, switches: Iterable<string>): Parsed {
  const valued = new Set(withValue)
  const plain = new Set(switches)
  const parsed: Parsed = { values: new Map(), positional: [], unknown: [], bare: null }
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (!/^--?[a-zA-Z]/.test(word)) {
      parsed.positional.push(word)
      continue
    }
    const cut = word.indexOf('=')
    const name = (cut < 0 ? word : word.slice(0, cut)).replace(/_/g, '-')
    if (valued.has(name)) {
      const next = cut < 0 ? argv[++i] : word.slice(cut + 1)
      if (next === undefined) parsed.bare = name
      else parsed.values.set(name, next)
    } else if (plain.has(name) || plain.has(name.replace(/^--no-/, '--'))) parsed.values.set(name, 'true')
    else parsed.unknown.push(word)
  }
  return parsed
}

const words = (text: string) => text.trim().split(/\s+/)

export const vllmValued = words(`
  --model --host --port --uds --api-key --served-model-name --tokenizer --tokenizer-mode --revision --code-revision
  --tokenizer-revision --download-dir --load-format --dtype --kv-cache-dtype --max-model-len --quantization -q
  --tensor-parallel-size -tp --pipeline-parallel-size -pp --data-parallel-size -dp --gpu-memory-utilization
  --swap-space --cpu-offload-gb --block-size --seed --max-num-seqs --max-num-batched-tokens --max-seq-len-to-capture
  --chat-template --chat-template-content-format --tool-call-parser --reasoning-parser --tool-parser-plugin
  --response-role --uvicorn-log-level --root-path --ssl-keyfile --ssl-certfile --allowed-origins --config
  --distributed-executor-backend --rope-scaling --rope-theta --hf-overrides --limit-mm-per-prompt
  --mm-processor-kwargs --lora-modules --max-loras --max-lora-rank --speculative-config --compilation-config
  --override-generation-config --generation-config --default-chat-template-kwargs --attention-backend --optimization-level -O
  --num-gpu-blocks-override --kv-cache-memory-bytes --max-log-len --hf-token --hf-config-path --runner --convert
  --scheduling-policy --async-scheduling --guided-decoding-backend --structured-outputs-config --kv-transfer-config
`)
export const vllmSwitches = words(`
  --help -h --trust-remote-code --enforce-eager --enable-prefix-caching --enable-chunked-prefill --enable-lora
  --enable-auto-tool-choice --enable-expert-parallel --disable-log-requests --enable-log-requests
  --disable-log-stats --disable-custom-all-reduce --disable-frontend-multiprocessing --skip-tokenizer-init
  --disable-sliding-window --language-model-only --enable-sleep-mode --disable-uvicorn-access-log
`)
export const sglangValued = words(`
  --model-path --model --tokenizer-path --host --port --tp --tp-size --tensor-parallel-size --dp --dp-size --pp-size
  --mem-fraction-static --context-length --dtype --quantization --kv-cache-dtype --served-model-name --api-key
  --max-running-requests --max-total-tokens --chunked-prefill-size --attention-backend --tool-call-parser
  --reasoning-parser --log-level --chat-template --cuda-graph-max-bs --schedule-policy --page-size --device
`)
export const sglangSwitches = words(`
  --help -h --trust-remote-code --enable-metrics --disable-cuda-graph --disable-radix-cache --enable-torch-compile
  --enable-dp-attention --enable-p2p-check --is-embedding --skip-server-warmup
`)
export const llamaValued = words(`
  -m --model -mu --model-url -hf --hf-repo -c --ctx-size -ngl --gpu-layers --n-gpu-layers --host --port -np --parallel
  -b --batch-size -ub --ubatch-size -t --threads -ctk --cache-type-k -ctv --cache-type-v -ts --tensor-split -mg
  --main-gpu -sm --split-mode -a --alias --api-key --mmproj -md --model-draft --chat-template --chat-template-file
  -ot --override-tensor -n --predict --temp --rope-scaling --rope-freq-base --timeout -to -fa --flash-attn
  --reasoning-format --log-verbosity -lv
`)
export const llamaSwitches = words(`
  --help -h --metrics --slots --no-slots --jinja --no-mmap --mlock --embedding --embeddings --reranking --verbose -v
  --no-webui --cont-batching -cb --version --no-warmup --no-kv-offload --log-disable --swa-full --kv-unified -kvu
`)
