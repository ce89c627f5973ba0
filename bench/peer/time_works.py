"""Times works in PyTorch alone: one line of JSON for each.

    python time_works.py [--threads N] [--times N] [parts of names]
"""

import argparse
import json
import statistics
import time

import torch

from works import catalogue

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_intermixed_args()
    torch.set_num_threads(options.threads)
    with torch.inference_mode():
        for name, make in catalogue().items():
            if options.names and not any(part in name for part in options.names):
                continue
            run, nanos = make(), []
            run()
            for _ in range(options.times):
                begin = time.perf_counter_ns()
                run()
                nanos.append(time.perf_counter_ns() - begin)
            print(json.dumps({"work": name, "threads": options.threads, "torch": torch.__version__,
                              "median nanos": statistics.median(nanos)}), flush=True)
