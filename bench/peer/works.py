"""The workloads of x2i4j's benchmarks in PyTorch, by the same names.

A work is a function without arguments that does it once. Weights are random and of the same sizes; only their speed matters here, the
results are checked on the Java side.
"""

import torch
import torch.nn.functional as F

HIDDEN, HEADS, TEXT = 3072, 24, 512


def weight(dtype, *shape):
    bound = (3 / torch.tensor(shape[1:]).prod().item()) ** 0.5
    return torch.empty(shape, dtype=torch.float32).uniform_(-bound, bound).to(dtype)


def linear(dtype, inputs, outputs):
    w, b = weight(dtype, outputs, inputs), torch.zeros(outputs, dtype=dtype)
    return lambda x: F.linear(x, w, b)


def product(rows, inputs, outputs, dtype, count=1):
    x = torch.rand(rows, inputs, dtype=torch.float32).to(dtype)
    weights = [weight(dtype, outputs, inputs) for _ in range(count)]

    def run():
        for w in weights:
            y = F.linear(x, w)
        return y

    return run


def attention(tokens, heads, d, dtype=torch.float32):
    q, k, v = (torch.rand(1, tokens, heads, d).to(dtype).transpose(1, 2) for _ in range(3))
    return lambda: F.scaled_dot_product_attention(q, k, v)


def convolution(inputs, outputs, size, kernel, dtype):
    x, w = torch.rand(1, inputs, size, size).to(dtype), weight(dtype, outputs, inputs, kernel, kernel)
    return lambda: F.conv2d(x, w, padding=kernel // 2)


# ---- blocks of FLUX.1, as diffusers computes them ----


def modulated(x, shift, scale):
    return F.layer_norm(x, (HIDDEN,), eps=1e-6) * (1 + scale[:, None]) + shift[:, None]


def rotated(x, cos, sin):
    real, imaginary = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack([-imaginary, real], -1).flatten(-2)
    return (x.float() * cos + turned.float() * sin).to(x.dtype)


def rope(tokens):
    angles = torch.rand(tokens, 64).repeat_interleave(2, 1)
    return angles.cos(), angles.sin()


class Qkv:
    def __init__(self, dtype):
        self.q, self.k, self.v = (linear(dtype, HIDDEN, HIDDEN) for _ in range(3))
        self.norm = torch.ones(HIDDEN // HEADS, dtype=dtype)

    def __call__(self, x):
        q, k, v = (f(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        return self.normed(q), self.normed(k), v

    def normed(self, x):
        return F.rms_norm(x, (HIDDEN // HEADS,), self.norm, 1e-6)


def attend(q, k, v, positions):
    o = F.scaled_dot_product_attention(rotated(q, *positions), rotated(k, *positions), v)
    return o.transpose(1, 2).flatten(2)


class Stream:
    def __init__(self, dtype):
        self.norm1, self.qkv, self.out = linear(dtype, HIDDEN, 6 * HIDDEN), Qkv(dtype), linear(dtype, HIDDEN, HIDDEN)
        self.ff1, self.ff2 = linear(dtype, HIDDEN, 4 * HIDDEN), linear(dtype, 4 * HIDDEN, HIDDEN)

    def finish(self, x, attended, m):
        x = x + m[2][:, None] * self.out(attended)
        h = modulated(x, m[3], m[4])
        return x + m[5][:, None] * self.ff2(F.gelu(self.ff1(h), approximate="tanh"))


def double_block(tokens, dtype):
    text, image = Stream(dtype), Stream(dtype)
    y, x = torch.rand(1, TEXT, HIDDEN).to(dtype), torch.rand(1, tokens - TEXT, HIDDEN).to(dtype)
    s, positions = torch.rand(1, HIDDEN).to(dtype), rope(tokens)

    def run():
        my, mx = text.norm1(s).chunk(6, 1), image.norm1(s).chunk(6, 1)
        parts = zip(text.qkv(modulated(y, my[0], my[1])), image.qkv(modulated(x, mx[0], mx[1])))
        o = attend(*(torch.cat(p, 2) for p in parts), positions)
        return text.finish(y, o[:, :TEXT], my), image.finish(x, o[:, TEXT:], mx)

    return run


def single_block(tokens, dtype):
    norm, qkv = linear(dtype, HIDDEN, 3 * HIDDEN), Qkv(dtype)
    mlp, out = linear(dtype, HIDDEN, 4 * HIDDEN), linear(dtype, 5 * HIDDEN, HIDDEN)
    z, s, positions = torch.rand(1, tokens, HIDDEN).to(dtype), torch.rand(1, HIDDEN).to(dtype), rope(tokens)

    def run():
        m = norm(s).chunk(3, 1)
        n = modulated(z, m[0], m[1])
        o = attend(*qkv(n), positions)
        return z + m[2][:, None] * out(torch.cat([o, F.gelu(mlp(n), approximate="tanh")], 2))

    return run


# ---- the decoder of FLUX.1's autoencoder, as diffusers computes it ----


def conv(dtype, inputs, outputs, kernel=3):
    w, b = weight(dtype, outputs, inputs, kernel, kernel), torch.zeros(outputs, dtype=dtype)
    return lambda x: F.conv2d(x, w, b, padding=kernel // 2)


def norm_silu(dtype, channels):
    w, b = torch.ones(channels, dtype=dtype), torch.zeros(channels, dtype=dtype)
    return lambda x: F.silu(F.group_norm(x, 32, w, b, 1e-6))


def resnet(dtype, inputs, outputs):
    norm1, conv1 = norm_silu(dtype, inputs), conv(dtype, inputs, outputs)
    norm2, conv2 = norm_silu(dtype, outputs), conv(dtype, outputs, outputs)
    shortcut = conv(dtype, inputs, outputs, 1) if inputs != outputs else lambda x: x
    return lambda x: shortcut(x) + conv2(norm2(conv1(norm1(x))))


def spatial_attention(dtype, channels):
    q, k, v, out = (linear(dtype, channels, channels) for _ in range(4))

    def run(x):
        n = F.group_norm(x, 32, eps=1e-6).flatten(2).transpose(1, 2)
        o = F.scaled_dot_product_attention(q(n)[:, None], k(n)[:, None], v(n)[:, None])[:, 0]
        return x + out(o).transpose(1, 2).unflatten(2, x.shape[2:])

    return run


def vae_decode(pixels, dtype):
    layers = [conv(dtype, 16, 512), resnet(dtype, 512, 512), spatial_attention(dtype, 512), resnet(dtype, 512, 512)]
    inputs = 512
    for level, outputs in enumerate((512, 512, 256, 128)):
        for _ in range(3):
            layers.append(resnet(dtype, inputs, outputs))
            inputs = outputs
        if level < 3:
            layers.append(lambda x: F.interpolate(x, scale_factor=2.0, mode="nearest"))
            layers.append(conv(dtype, outputs, outputs))
    layers += [norm_silu(dtype, 128), conv(dtype, 128, 3)]
    z = torch.rand(1, 16, pixels // 8, pixels // 8).to(dtype)

    def run():
        x = z
        for layer in layers:
            x = layer(x)
        return x

    return run


def catalogue():
    """Makers of works by name; those of Workloads.java that have a counterpart here."""
    works = {}
    for label, dtype in (("F32", torch.float32), ("BF16", torch.bfloat16), ("F16", torch.float16)):
        for rows, inputs, outputs in ((2048, 3072, 3072), (4608, 3072, 12288), (512, 2048, 11008)):
            works[f"gemm {rows}x{inputs}x{outputs} {label}"] = lambda a=(rows, inputs, outputs, dtype): product(*a)
        count = -(-(1 << 30) // (2048 * 11008 * dtype.itemsize))
        works[f"matvec 2048x11008 {label}"] = lambda a=(1, 2048, 11008, dtype, count): product(*a)
        for inputs, outputs, size in ((128, 128, 512), (512, 512, 128)):
            works[f"conv 3x3 {inputs} to {outputs} of {size}x{size} {label}"] = \
                lambda a=(inputs, outputs, size, 3, dtype): convolution(*a)
        for tokens in (1536, 4608):
            works[f"attention {tokens} tokens, 24 heads of 128 {label}"] = lambda a=(tokens, HEADS, 128, dtype): attention(*a)
            works[f"FLUX double block {tokens} tokens {label}"] = lambda a=(tokens, dtype): double_block(*a)
            works[f"FLUX single block {tokens} tokens {label}"] = lambda a=(tokens, dtype): single_block(*a)
        for pixels in (512, 1024):
            works[f"VAE decode {pixels}x{pixels} {label}"] = lambda a=(pixels, dtype): vae_decode(*a)
    return works
