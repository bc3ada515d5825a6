import { shellWord, type Word } from './word.ts'

/** The Python environment a session runs in: a file to source (or a venv's folder), or a conda name or path. */
export type Environment =
  | { readonly kind: 'source'; readonly path: Word }
  | { readonly kind: 'conda'; readonly name: Word }

/** Shell lines that enter it. One that is not there is said in the log and does not stop the launch. */
export function activation(environment: Environment | null | undefined): string {
  if (!environment) return ':'
  if (environment.kind === 'source') return `ithaca_source ${shellWord(environment.path)}`
  return `ithaca_conda ${shellWord(environment.name)}`
}

export const ENVIRONMENT_LIBRARY = String.raw`
ithaca_source() {
  case $1 in */*) ithaca_file=$1 ;; *) ithaca_file=./$1 ;; esac
  if [ -d "$ithaca_file" ]; then ithaca_file=$ithaca_file/bin/activate; fi
  if [ -f "$ithaca_file" ] && [ -r "$ithaca_file" ]; then
    set --
    . "$ithaca_file"
  else
    echo "ithaca: there is no environment at $ithaca_file; going on without it"
  fi
}
ithaca_conda() {
  ithaca_base=
  if command -v conda >/dev/null 2>&1; then ithaca_base=$(conda info --base 2>/dev/null); fi
  for ithaca_base in "$ithaca_base" "$HOME/miniconda3" "$HOME/miniforge3" "$HOME/mambaforge" "$HOME/anaconda3" /opt/conda /opt/miniconda3; do
    if [ -f "$ithaca_base/etc/profile.d/conda.sh" ]; then
      . "$ithaca_base/etc/profile.d/conda.sh"
      conda activate "$1" && return 0
      break
    fi
  done
  echo "ithaca: the conda environment $1 could not be activated; going on without it"
}
`
