#!/usr/bin/env bash
# Draw examples on all cores, train four networks on the GPUs, evaluate. Usage: go.sh SECONDS (of the whole call).
# LAYERS: different geometries laid, of both kinds together. SHM_GB: of examples in memory. OUT: what comes back.
set -uo pipefail
began=$(date +%s)
seconds=${1:-540}
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:?}
layers=${LAYERS:-1400} shm_gb=${SHM_GB:-80}
cores=${CORES:-$(nproc)}
python=${PYTHON:-python3}
eval_s=${EVAL_S:-80} say_s=${SAY_S:-12}
mkdir -p "$out"
exec > >(tee -a "$out/log.txt") 2>&1
left() { echo $((began + seconds - $(date +%s) - $1)); }
cd "$here/tree"
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 HF_HUB_OFFLINE=1
export PYTHONPATH="$here/tree/src:$here/tree/benchmarks:$here/tree/recipes/measure"
site=$(mktemp -d)
for wheel in "$here"/wheels/*.whl; do "$python" -m zipfile -e "$wheel" "$site"; done
autoencoder=()
if [[ -z ${NO_AUTOENCODER:-} ]]; then
  export PYTHONPATH="$PYTHONPATH:$site"
  if "$python" -c 'import numpy as np; from autoencoder import pass_through; from pathlib import Path
x = pass_through(np.full((64, 64, 3), 128, np.uint8), Path("vae"), np.random.default_rng(0)); print("autoencoder", x.shape)'; then
    autoencoder=(--autoencoder vae)
  else echo "no autoencoder: examples without it"; fi
fi
mount -o "remount,size=${shm_gb}G" /dev/shm 2>/dev/null
free_gb=$(df -BG --output=avail /dev/shm | tail -1 | tr -dc 0-9)
work=/dev/shm/measure; ((free_gb >= shm_gb * 3 / 4)) || work=/tmp/measure
rm -rf "$work"; mkdir -p "$work/blind" "$work/laid"
echo "$(nvidia-smi -L 2>/dev/null | tr '\n' ' ') $cores cores; examples in $work (${free_gb} GB free in /dev/shm); ready after $(( $(date +%s) - began )) s"

draw() { # kind layers processes
  "$python" recipes/measure/draw.py "$work/$1" ${4:-} --layers "$2" --processes "$3" "${autoencoder[@]}" \
    --seconds "$(left $((eval_s + 10)))" --of-layer "${OF_LAYER:-16}" --size-px "${SIZE_PX:-288}" --first-seed "${FIRST_SEED:-3100}"
}
many=$((cores > 6 ? cores - 4 : cores))
blind_n=$(((many * 4 + 6) / 7)); laid_n=$((many - blind_n)); ((laid_n > 0)) || laid_n=1
draw blind $((layers / 2)) "$blind_n" & drawing=($!)
draw laid $((layers - layers / 2)) "$laid_n" --laid & drawing+=($!)

data=src/plitka/core/measure/data
train() { # gpu out folder extra...
  CUDA_VISIBLE_DEVICES=$1 "$python" recipes/measure/train.py "$out/$2" "$work/$3" "${@:4}" \
    --seconds "$(left $((eval_s - 25)))" --first-files "${FIRST_FILES:-12}" --steps "${STEPS:-1000000000}"
}
last=$(( $("$python" -c 'import torch; print(torch.cuda.device_count())') > 1 ? 1 : 0 ))
train 0 classifier.npz blind --start $data/classifier.npz --rate "${RATE:-1e-3}" & training=($!)
train $last classifier_laid.npz laid --hidden 32 --start $data/classifier_laid.npz --rate "${RATE:-1e-3}" & training+=($!)
if [[ -z ${NO_SCRATCH:-} ]]; then
  train 0 scratch.npz blind & training+=($!)
  train $last scratch_laid.npz laid --hidden 32 & training+=($!)
fi
for job in "${drawing[@]}"; do wait "$job"; done
echo "drawn after $(( $(date +%s) - began )) s: $(ls "$work"/blind/*.npz | wc -l) blind and $(ls "$work"/laid/*.npz | wc -l) laid files, $(du -sh "$work" | cut -f1)"
rm -f "$work/trained"
"$python" "$here/evaluate.py" "$out" --wait "$work/trained" --processes "$cores" --seconds "$(left "$say_s")" ${EVAL_ARGS:-} \
  > "$out/evaluation.txt" & evaluating=$!
for job in "${training[@]}"; do wait "$job"; done
echo "trained after $(( $(date +%s) - began )) s"
touch "$work/trained"
wait "$evaluating"
cat "$out/evaluation.txt"
rm -f "$out"/*.part.npz
echo "done after $(( $(date +%s) - began )) s"
