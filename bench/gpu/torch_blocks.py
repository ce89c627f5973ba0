"""Times FLUX.1's blocks and autoencoder in PyTorch on a GPU in BF16, eager and compiled: RESULT name nanoseconds mode.

    PYTHONPATH=../peer python torch_blocks.py [--device cuda] [--small]
"""

import argparse
import statistics
import time

import torch

from works import double_block, product, single_block, vae_decode

BF16 = torch.bfloat16
WORKS = {
    "gemm 8192x8192x8192": lambda: product(8192, 8192, 8192, BF16),
    "FLUX double block 4608 tokens": lambda: double_block(4608, BF16),
    "FLUX single block 4608 tokens": lambda: single_block(4608, BF16),
    "VAE decode 1024x1024": lambda: vae_decode(1024, BF16),
}
SMALL = {"gemm 512x512x512": lambda: product(512, 512, 512, BF16)}


def median(run, finish, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        begin = time.perf_counter_ns()
        run()
        finish()
        times.append(time.perf_counter_ns() - begin)
    return statistics.median(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    torch.set_default_device(options.device)
    cuda = options.device.startswith("cuda")
    finish = torch.cuda.synchronize if cuda else lambda: None
    print("PyTorch", torch.__version__, torch.cuda.get_device_name() if cuda else "on the CPU", flush=True)
    with torch.inference_mode():
        for name, make in (SMALL if options.small else WORKS).items():
            eager = make()
            for mode, run in (("eager", eager), ("compiled", torch.compile(eager))):
                try:
                    median(run, finish, 0.5)
                    nanos = median(run, finish, 2)
                except Exception as e:  # one that cannot be compiled must not hide the others
                    print(f"{name} {mode}: {type(e).__name__}: {e}".splitlines()[0], flush=True)
                    continue
                print(f"{name:46} {mode:9} {nanos / 1e6:10.3f} ms", flush=True)
                print(f"RESULT {name.replace(' ', '_')} {nanos:.0f} {mode}", flush=True)
