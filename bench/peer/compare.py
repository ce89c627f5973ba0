"""Times x2i4j and PyTorch in turn, work by work, and prints the ratio of their medians.

    python compare.py CLASSPATH [--java JAVA] [--kernels vector-512] [--threads N] [--times N] [--against F32] [parts of names]

CLASSPATH is that of the benchmarks (bench/target/bench/* after building them). A ratio above 1 says that x2i4j is faster. Each line also
says what fraction of the machine's peak, measured in the same run, x2i4j reached: of multiply-adds, or for matvec of reading memory
(measured in turn as well).
With --against F32, works of other dtypes are compared with PyTorch's F32.
"""

import argparse
import json
import statistics
import subprocess
import time

import torch

from works import catalogue


class Java:
    def __init__(self, java, classpath, kernels, threads):
        self.process = subprocess.Popen(
            [java, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-XX:+UseSerialGC", "-cp",
             classpath, "io.github.x2i4j.bench.TurnTaker", kernels, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("the Java side ended at: " + line)
        return json.loads(answer)


def compare(java, name, make, times, peak):
    ours = java.ask("open " + name)
    run = make()
    run()
    java.ask("run")
    mine, theirs, reading = [], [], []
    for _ in range(times):
        if name.startswith("matvec"):
            reading.append(java.ask("read")["nanos"])
        mine.append(java.ask("run")["nanos"])
        begin = time.perf_counter_ns()
        run()
        theirs.append(time.perf_counter_ns() - begin)
    a, b = statistics.median(mine), statistics.median(theirs)
    bound = ours["bytes"] / a * statistics.median(reading) / 2**30 if reading else ours["flops"] / a / peak["gflops"]
    print(f"{name:48s} {a / 1e6:10.1f} ms {ours['flops'] / a:8.1f} GFLOP/s {100 * bound:6.1f} % of peak   "
          f"PyTorch {b / 1e6:10.1f} ms   ratio {b / a:6.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classpath")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--java", default="java")
    parser.add_argument("--kernels", default="vector-512")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--against", help="dtype of PyTorch's works")
    options = parser.parse_intermixed_args()
    torch.set_num_threads(options.threads)
    java = Java(options.java, options.classpath, options.kernels, options.threads)
    java.ask("peak")
    peak = java.ask("peak")
    print(f"{peak['processor']}, {options.kernels}, {options.threads} threads: peak {peak['gflops']} GFLOP/s, {peak['gigabytes']} GB/s; "
          f"PyTorch {torch.__version__}", flush=True)
    works = catalogue()
    with torch.inference_mode():
        for name in works:
            wanted = not options.names or any(part in name for part in options.names)
            if wanted and (name.endswith("F32") or not name.startswith("attention")):  # activations of x2i4j are always F32
                other = name.rsplit(" ", 1)[0] + " " + options.against if options.against else name
                compare(java, name, works[other], options.times, peak)
