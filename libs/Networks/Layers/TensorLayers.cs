using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Networks.Layers;

/// <summary>
/// Reads a network with tensors: its arrays are the module's parameters and buffers, looked up by name at each use, because
/// <c>to(device)</c> and <c>to(type)</c> put new ones in the place of the old.
/// </summary>
public sealed class TensorLayers : Module, ILayers<Tensor>
{
    // By rows and columns, so that taps of 3×3 are a row of 9 and taps of 4×4 one of 16; see DoubleConv.
    private static readonly Constant s_doubling = new(Doubling(), 9, 16);

    private readonly Conventions conventions;
    private readonly Precision precision;

    /// <param name="name">Such as <c>encoder</c>.</param>
    /// <param name="conventions">Of the network.</param>
    /// <param name="plans">Every array, as <see cref="ShapeLayers"/> lists them.</param>
    /// <param name="device">Where they live; null: the CPU.</param>
    /// <param name="precision">Of the products.</param>
    public TensorLayers(string name, Conventions conventions, IEnumerable<ArrayPlan> plans, Device? device = null, Precision precision = Precision.Float32)
        : base(name)
    {
        (this.conventions, this.precision) = (conventions, precision);
        var root = new Part(name);
        foreach (var plan in plans)
            root.Keep(plan.Name, FirstValues.Make(plan, device));
        foreach (var (child, module) in root.named_children())
            register_module(child, module);
    }

    /// <summary>Takes the place of batch norm in training; null: libtorch's own, over this process's batch.</summary>
    public TrainingNorm? TrainingNorm { get; set; }

    public Tensor Conv(string name, Tensor x, int channels, int kernel, int stride = 1, bool bias = true, bool spectral = false)
    {
        var (top, bottom) = conventions.Padding(x.shape[2], kernel, stride);
        var (left, right) = conventions.Padding(x.shape[3], kernel, stride);
        if (top != bottom || left != right)
        {
            x = functional.pad(x, [left, right, top, bottom]);
            (top, left) = (0, 0);
        }
        return functional.conv2d(Short(x), Short(Weight(name, spectral)), bias ? Short(Array($"{name}.bias")) : null, strides: [stride, stride], padding: [top, left]);
    }

    public Tensor ConvTranspose(string name, Tensor x, int channels, int kernel, int stride, bool bias = true)
    {
        var (before, after) = conventions.Crop(kernel, stride);
        var (height, width) = (x.shape[2] * stride, x.shape[3] * stride);
        var missing = Math.Max(before - after, 0);
        var y = functional.conv_transpose2d(
            Short(x), Short(Array($"{name}.weight")), bias ? Short(Array($"{name}.bias")) : null, strides: [stride, stride], padding: [before, before], output_padding: [missing, missing]);
        return after > before ? y.narrow(2, 0, height).narrow(3, 0, width) : y;
    }

    public Tensor Dense(string name, Tensor x, int width, bool spectral = false) =>
        functional.linear(Short(x), Short(Weight(name, spectral)), Short(Array($"{name}.bias")));

    /// <summary>
    /// The same sums without making the doubled map. Of a pair of equal cells the first meets a row of taps as (w₀, w₁ + w₂), the
    /// second as (w₀ + w₁, w₂); so does a transposed convolution of stride 2 with the 4×4 taps (w₂, w₁ + w₂, w₀ + w₁, w₀) both ways,
    /// at 4/9 of the work.
    /// </summary>
    public Tensor DoubleConv(string name, Tensor x, int channels, bool bias = true, bool spectral = false)
    {
        var weight = Weight(name, spectral); // [out, in, 3, 3]
        var taps = weight.reshape(-1, 9).mm(s_doubling.On(weight.device, weight.dtype)).reshape(channels, -1, 4, 4).transpose(0, 1); // [in, out, 4, 4]
        return functional.conv_transpose2d(ChannelsLast(Short(x)), Short(taps), bias ? Short(Array($"{name}.bias")) : null, strides: [2, 2], padding: [1, 1]);
    }

    // Statistics and sums are float32 in the kernel, whatever the map's own type is.
    public Tensor Norm(string name, Tensor x, bool affine = true)
    {
        var (mean, variance) = (Array($"{name}.running_mean"), Array($"{name}.running_var"));
        var (weight, bias) = affine ? (Array($"{name}.weight"), Array($"{name}.bias")) : (null, null);
        return training && TrainingNorm is { } norm
            ? norm(x, mean, variance, weight, bias, conventions.NormMomentum, conventions.NormEpsilon)
            : functional.batch_norm(x, mean, variance, weight, bias, training, conventions.NormMomentum, conventions.NormEpsilon);
    }

    public Tensor Modulate(Tensor x, Tensor gamma, Tensor beta) => Cell(beta).addcmul(x, Cell(gamma) + 1, 1);

    public (Tensor First, Tensor Second) Halves(Tensor x)
    {
        var parts = x.chunk(2, 1);
        return (parts[0], parts[1]);
    }

    public Tensor Leaky(Tensor x, double slope) => functional.leaky_relu(x, slope);

    public Tensor Relu(Tensor x) => functional.relu(x);

    public Tensor Sigmoid(Tensor x) => x.sigmoid();

    public Tensor Tanh(Tensor x) => x.tanh();

    public Tensor Clamp(Tensor x, double low, double high) => x.clamp(low, high);

    public Tensor Dropout(Tensor x, double part) => part > 0 && training ? functional.dropout(x, part, training) : x;

    public Tensor Add(Tensor a, Tensor b) => a + b;

    public Tensor Double(Tensor x) => functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);

    public Tensor MaxPool(Tensor x) => functional.max_pool2d(x, 2, ceil_mode: true);

    public Tensor Shuffle(Tensor x) => functional.pixel_shuffle(x, 2);

    public Tensor Unshuffle(Tensor x) => functional.pixel_unshuffle(x, 2);

    public Tensor Flatten(Tensor x) => x.flatten(1);

    public Tensor Reshape(Tensor x, int channels, int height, int width) => x.reshape(-1, channels, height, width);

    private Tensor Array(string name) => get_parameter(name) ?? get_buffer(name) ?? throw new KeyNotFoundException($"The network has no array \"{name}\".");

    private Tensor Weight(string name, bool spectral)
    {
        var weight = Array($"{name}.weight");
        return spectral ? SpectralNorm.Apply(weight, Array($"{name}.u"), training) : weight;
    }

    private Tensor Short(Tensor x) => precision == Precision.Bf16 ? x.to(ScalarType.BFloat16) : x;

    // Every map made of this one lies so too, which spares oneDNN's 3×3 convolutions from reordering them. For the larger kernels
    // of plain transposed convolutions it measures worse, and kernels stay as they are, because their gradients come so.
    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static float[] Doubling()
    {
        int[][] row = [[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]];
        var values = new float[9 * 16];
        for (var from = 0; from < 9; from++)
        {
            for (var to = 0; to < 16; to++)
                values[(from * 16) + to] = row[to / 4][from / 3] * row[to % 4][from % 3];
        }
        return values;
    }

    private static Tensor Cell(Tensor x) => x.unsqueeze(2).unsqueeze(3); // [N, C, 1, 1]

    /// <summary>A step in an array's dotted name.</summary>
    private sealed class Part(string name) : Module(name)
    {
        private readonly Dictionary<string, Part> parts = [];

        public void Keep(string path, Tensor array)
        {
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 && array is Parameter parameter)
                register_parameter(path, parameter);
            else if (dot < 0)
                register_buffer(path, array);
            else
                PartOf(path[..dot]).Keep(path[(dot + 1)..], array);
        }

        private Part PartOf(string key)
        {
            if (!parts.TryGetValue(key, out var part))
            {
                part = parts[key] = new Part(key);
                register_module(key, part);
            }
            return part;
        }
    }
}
