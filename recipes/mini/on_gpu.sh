#!/usr/bin/env bash
# Stages of the mini model in order, on the GPUs of one machine. Usage: on_gpu.sh STAGE[:SECONDS[:BEGIN:END]]...
# Stages joined by + run at the same time: the text encoders leave most of a GPU to the autoencoder.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPATH="src:recipes/look${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS=1
work=${WORK:-.mini}
n_gpus=${N_GPUS:-$(python3 -c 'import torch; print(torch.cuda.device_count())')}
stage() {
  IFS=: read -r name seconds begin end <<<"$1"
  local flags=(--work "$work" --seconds "${seconds:-1}" --begin "${begin:-0}" --end "${end:-1}" ${TOY:+--toy})
  case $name in
    fields | layers) python3 "recipes/mini/${name/fields/scenes}.py" "${flags[@]}" ;;
    text) CUDA_VISIBLE_DEVICES=$((n_gpus - 1)) python3 recipes/mini/train_text.py "${flags[@]}" ;;
    *) if ((n_gpus > 1)); then
         # Each process sees one GPU under the same name, so that what one has compiled serves the others.
         torchrun --standalone --nproc-per-node "$n_gpus" --no-python \
           bash -c 'CUDA_VISIBLE_DEVICES=$LOCAL_RANK exec python3 "$0" "$@"' "recipes/mini/train_$name.py" "${flags[@]}"
       else
         python3 "recipes/mini/train_$name.py" "${flags[@]}"
       fi ;;
  esac
}
for together in "$@"; do
  jobs=()
  for one in ${together//+/ }; do stage "$one" & jobs+=($!); done
  for job in "${jobs[@]}"; do wait "$job"; done
done
