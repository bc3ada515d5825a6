import { randomBytes } from 'node:crypto'
import { type Host, HostError } from '../../hosts/host.ts'
import { quote } from '../../hosts/quote.ts'
import { shardNames } from '../inventory/records.ts'
import { type Architecture, architectureOf } from './architecture.ts'
import { parseConfig } from './config.ts'
import { ggufArchitecture, parseGguf } from './gguf.ts'
import { mainDtype, type SafetensorsFile, weighSafetensors } from './safetensors.ts'

/** What a model's own files say of it, as far as arithmetic needs it. */
export interface ModelFacts {
  path: string
  architecture: Architecture
  weightBytes: number
  /** The dtype most of the weight is in, where headers could be read. */
  weightDtype: string | null
}

/** Headers beyond this many bytes in all stay on the host; file sizes alone are exact enough to weigh. */
const HEADER_LIMIT = 4 * 2 ** 20
const GGUF_HEAD = 512 * 1024

/** Reads a model in place: its config, its index, and the first bytes of its weights. Null when it is not there. */
export async function readModelFacts(
  host: Host,
  model: string,
  options: { hubs?: readonly string[]; signal?: AbortSignal; deadline?: number } = {},
): Promise<ModelFacts | null> {
  const mark = `fit-${randomBytes(9).toString('hex')}`
  const { stdout } = await host.ask(factsScript(mark, model, options.hubs ?? []), {
    lane: 'slow',
    deadline: options.deadline ?? 30_000,
    signal: options.signal,
  })
  const parts = parseParts(stdout, mark)
  if (parts === null)
    throw new HostError('lost', `The files of ${model} on ${host.name} could not be read to their end.`)
  return factsOf(parts)
}

export function factsScript(mark: string, model: string, hubs: readonly string[]): string {
  return `m='${mark}' model=${quote(model)} left=${HEADER_LIMIT}
LC_ALL=C; export LC_ALL
size() { wc -c <"$1" 2>/dev/null | tr -d ' '; }
# One record: kind, size of the file, length of its header, bytes that follow; then its name; then the bytes.
part() { printf '%s part %s %s %s %s\\n%s\\n%s data\\n' "$m" "$1" "$(size "$2")" "$3" "$4" "$2" "$m"; head -c "$4" "$2"; echo; }
dir=
case $model in
  '~/'*) model=$HOME/\${model#??};;
esac
case $model in
  /*) dir=$model;;
  *)
    flat=models--$(printf %s "$model" | sed 's,/,--,g')
    for hub in ${hubs.map(quote).join(' ')} "$HUGGINGFACE_HUB_CACHE" "$HF_HUB_CACHE" "\${HF_HOME:+$HF_HOME/hub}" "$HOME/.cache/huggingface/hub"; do
      [ -n "$hub" ] && [ -d "$hub/$flat/snapshots" ] || continue
      ref=$(cat "$hub/$flat/refs/main" 2>/dev/null)
      if [ -n "$ref" ] && [ -d "$hub/$flat/snapshots/$ref" ]; then dir=$hub/$flat/snapshots/$ref
      else for d in "$hub/$flat/snapshots"/*; do [ -d "$d" ] && dir=$d; done; fi
      [ -n "$dir" ] && break
    done;;
esac
weigh() {
  case $1 in
    *.gguf|*.GGUF) n=$(size "$1"); [ "$n" -gt ${GGUF_HEAD} ] && n=${GGUF_HEAD}; part gguf "$1" 0 "$n";;
    *.safetensors)
      set -- "$1" $(od -An -tu1 -N8 "$1" 2>/dev/null)
      [ $# -eq 9 ] || { part safetensors "$1" 0 0; return; }
      h=$(($2 + $3 * 256 + $4 * 65536 + $5 * 16777216 + $6 * 4294967296))
      n=$((h + 8))
      if [ $n -le $left ] && [ $n -le "$(size "$1")" ]; then left=$((left - n)); else n=0; fi
      part safetensors "$1" $h $n;;
  esac
}
if [ -f "$dir" ]; then
  case $dir in
    *-00001-of-[0-9][0-9][0-9][0-9][0-9].gguf) for f in "\${dir%-00001-of-*}"-[0-9]*-of-[0-9]*.gguf; do weigh "$f"; done;;
    *) weigh "$dir";;
  esac
elif [ -n "$dir" ] && [ -d "$dir" ]; then
  for f in "$dir/config.json" "$dir/params.json"; do [ -f "$f" ] && part config "$f" 0 "$(size "$f")"; done
  for f in "$dir"/*.safetensors.index.json; do
    [ -f "$f" ] || continue
    names=$(grep -o '"[^"]*\\.safetensors"' "$f" | sort -u)
    printf '%s part index 0 0 %s\\n%s\\n%s data\\n%s\\n' "$m" "\${#names}" "$f" "$m" "$names"
  done
  for f in "$dir"/*.safetensors "$dir"/*.gguf; do [ -f "$f" ] && weigh "$f"; done
fi
printf '%s end\\n' "$m"
`
}

export interface Part {
  kind: string
  name: string
  size: number
  headerBytes: number
  data: Buffer
}

/** Cuts the answer by the lengths it announces; null when it does not reach its end. */
export function parseParts(answer: Buffer, mark: string): Part[] | null {
  const parts: Part[] = []
  let at = 0
  for (;;) {
    const lineEnd = answer.indexOf('\n', at)
    if (lineEnd < 0) return null
    const words = answer.toString('latin1', at, lineEnd).split(' ')
    if (words[0] !== mark) return null
    if (words[1] === 'end') return parts
    const [kind = '', size, header, length] = words.slice(2)
    const dataMark = `\n${mark} data\n`
    const nameEnd = answer.indexOf(dataMark, lineEnd + 1)
    const start = nameEnd + dataMark.length
    const end = start + Number(length)
    if (nameEnd < 0 || !Number.isSafeInteger(end) || end >= answer.length) return null
    parts.push({
      kind,
      name: answer.toString('utf8', lineEnd + 1, nameEnd),
      size: Number(size),
      headerBytes: Number(header),
      data: answer.subarray(start, end),
    })
    at = end + 1
  }
}

export function factsOf(parts: readonly Part[]): ModelFacts | null {
  const config = parts.find(part => part.kind === 'config' && part.name.endsWith('/config.json'))
  const gguf = parts.filter(part => part.kind === 'gguf' && !/mmproj/i.test(part.name))
  const tensors = parts.filter(part => part.kind === 'safetensors')
  const first = gguf[0]
  if (first && tensors.length === 0) {
    const header = parseGguf(first.data)
    const architecture = header && ggufArchitecture(header)
    if (!architecture) return null
    const siblings = gguf.filter(part => stem(part.name) === stem(first.name))
    const weightBytes = siblings.reduce((sum, part) => sum + part.size, 0)
    return { path: first.name, architecture, weightBytes, weightDtype: architecture.quantization }
  }
  const text = config ? parseConfig(config.data.toString('utf8')) : null
  const architecture = text && architectureOf(text)
  if (!config || !architecture || tensors.length === 0) return null
  const files = tensors.map(
    (part): SafetensorsFile => ({
      name: part.name,
      bytes: part.size,
      headerBytes: part.headerBytes,
      header: part.data.length > 8 ? part.data.toString('utf8', 8) : null,
    }),
  )
  const indexed = parts
    .filter(part => part.kind === 'index')
    .flatMap(part => shardNames(part.data.toString('utf8')))
  const layers = architecture.layerCount
  const weights = weighSafetensors(
    files,
    indexed,
    architecture.modelType.startsWith('deepseek') ? layers : undefined,
  )
  return {
    path: config.name.slice(0, -'/config.json'.length),
    architecture,
    weightBytes: weights.bytes - weights.predictionBytes,
    weightDtype: mainDtype(weights),
  }
}

const stem = (name: string) => name.replace(/-\d{5}-of-\d{5}\.gguf$/i, '')
