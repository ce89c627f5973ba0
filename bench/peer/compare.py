"""Times x2i4j and PyTorch in turn, work by work, and prints the ratio of their medians.

    python compare.py CLASSPATH [--java JAVA] [--kernels machine-avx512,vector-512] [--threads 1,2] [--times N] [--against F32]
                      [--only NAME] [--cold] [parts of names]

CLASSPATH is that of the benchmarks (bench/target/bench/* after building them). A ratio above 1 says that x2i4j is faster. Each line also
says what fraction of the machine's peak, measured in the same run, x2i4j reached: of multiply-adds, or for matvec of reading memory
(measured in turn as well). "In turn" is the fraction of the multiply-adds that the machine gave just before each run: less than the peak
where neighbours take their share of it.

--only takes whole names, several times if need be; other arguments are parts of names. With neither, all works are compared that
both sides have. With --against F32, works of other dtypes are compared with PyTorch's F32. --cold runs each side once, without a run
before it: for works of minutes, where that makes no difference.
"""

import argparse
import json
import statistics
import subprocess
import time

import torch

from works import catalogue

WARM_SECONDS = 3  # Java compiles what it runs meanwhile, on the same cores
SETTLE_SECONDS = 0.05  # threads look for work for a while before they sleep


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

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(run):
    begin = time.perf_counter_ns()
    run()
    return time.perf_counter_ns() - begin


def compare(java, name, make, times, peak):
    ours = java.ask("open " + name)
    run = make()
    mine, theirs, reading, multiplying = [], [], [], []
    if times == 0:
        mine, theirs = [ours["nanos"]], [timed(run)]
    else:
        run()
        begin = time.perf_counter()
        java.ask("run")
        while time.perf_counter() - begin < WARM_SECONDS:
            java.ask("run")
    for _ in range(times):
        time.sleep(SETTLE_SECONDS)
        if name.startswith("matvec"):
            reading.append(java.ask("read")["nanos"])
        else:
            multiplying.append(java.ask("multiply")["gflops"])
        mine.append(java.ask("run")["nanos"])
        theirs.append(timed(run))
    a, b = statistics.median(mine), statistics.median(theirs)
    bound = ours["bytes"] / a * statistics.median(reading) / 2**30 if reading else ours["flops"] / a / peak["gflops"]
    print(f"{name:48s} {a / 1e6:10.1f} ms {ours['flops'] / a:8.1f} GFLOP/s {100 * bound:6.1f} % of peak   "
          + (f"({100 * ours['flops'] / a / statistics.median(multiplying):5.1f} % of it in turn)   " if multiplying else "")
          + f"PyTorch {b / 1e6:10.1f} ms   ratio {b / a:6.2f}", flush=True)


def chosen(options, ours, works):
    """Names of works, each with that of its peer."""
    for name in works:
        peer = name.rsplit(" ", 1)[0] + " " + options.against if options.against else name
        wanted = name in options.only or any(part in name for part in options.names)
        if name in ours and peer in works and (wanted or not options.only and not options.names):
            yield name, peer


def run_all(options, kernels, threads):
    torch.set_num_threads(threads)
    java = Java(options.java, options.classpath, kernels, threads)
    java.ask("peak")
    peak = java.ask("peak")
    print(f"{peak['processor']}, {kernels}, {threads} threads: peak {peak['gflops']} GFLOP/s, {peak['gigabytes']} GB/s; "
          f"PyTorch {torch.__version__}", flush=True)
    works = catalogue()
    for name, peer in chosen(options, java.ask("names")["names"], works):
        compare(java, name, works[peer], 0 if options.cold else options.times, peak)
    java.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classpath")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--java", default="java")
    parser.add_argument("--kernels", default="machine-avx512")
    parser.add_argument("--threads", default=str(torch.get_num_threads()))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--against", help="dtype of PyTorch's works")
    parser.add_argument("--cold", action="store_true")
    options = parser.parse_intermixed_args()
    unknown = [name for name in options.only if name not in catalogue()]
    if unknown:
        parser.error("no work is named " + ", ".join(unknown) + "; there are " + ", ".join(catalogue()))
    with torch.inference_mode():
        for kernels in options.kernels.split(","):
            for threads in options.threads.split(","):
                run_all(options, kernels, int(threads))
