namespace FaceMix.Networks.Layers;

/// <summary>
/// The words that a network is written in. A network's text is read in three ways, so that what is described, what is
/// trained and what is served can never differ: with <see cref="Shape"/>s (<see cref="ShapeLayers"/>, which counts
/// parameters and allocates nothing), with tensors (<see cref="TensorLayers"/>), and with an ONNX graph's values
/// (<c>Export.GraphLayers</c>). Maps are [N, C, H, W], vectors [N, C].
/// </summary>
/// <typeparam name="T">What flows between layers.</typeparam>
public interface ILayers<T>
{
    /// <summary>Square convolution, padded by the network's <see cref="Conventions"/>.</summary>
    /// <param name="name">Under which its arrays are kept, such as <c>convs.0</c>.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="channels">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="bias">Whether a bias is added; one before batch norm teaches nothing.</param>
    /// <param name="spectral">Divides the weight by its largest singular value (Miyato et al. 2018).</param>
    T Conv(string name, T x, int channels, int kernel, int stride = 1, bool bias = true, bool spectral = false);

    /// <summary>Transposed convolution; H and W grow by exactly the stride.</summary>
    T ConvTranspose(string name, T x, int channels, int kernel, int stride, bool bias = true);

    /// <summary>[N, C] → [N, width].</summary>
    T Dense(string name, T x, int width, bool spectral = false);

    /// <summary>Batch norm over maps or vectors; its running statistics serve once training is over.</summary>
    /// <param name="name">Under which its arrays are kept.</param>
    /// <param name="x">[N, C, H, W] or [N, C].</param>
    /// <param name="affine">Whether it has a scale and shift of its own.</param>
    T Norm(string name, T x, bool affine = true);

    /// <summary>x·(1 + γ) + β for each channel.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="gamma">[N, C].</param>
    /// <param name="beta">[N, C].</param>
    T Modulate(T x, T gamma, T beta);

    /// <summary>[N, 2C] → two [N, C].</summary>
    (T First, T Second) Halves(T x);

    T Leaky(T x, double slope);

    T Relu(T x);

    T Sigmoid(T x);

    T Tanh(T x);

    T Clamp(T x, double low, double high);

    /// <summary>In training, sets this part of the numbers to 0 and scales up the others.</summary>
    T Dropout(T x, double part);

    T Add(T a, T b);

    /// <summary>Repeats every cell: [N, C, H, W] → [N, C, 2H, 2W].</summary>
    T Double(T x);

    /// <summary>3×3 convolution of a map whose every cell is repeated: <see cref="Conv"/> of <see cref="Double"/>.</summary>
    T DoubleConv(string name, T x, int channels, bool bias = true, bool spectral = false) => Conv(name, Double(x), channels, 3, bias: bias, spectral: spectral);

    /// <summary>Largest of 2×2 cells; an odd border cell stands alone.</summary>
    T MaxPool(T x);

    /// <summary>Spreads channels over cells: [N, 4C, H, W] → [N, C, 2H, 2W].</summary>
    T Shuffle(T x);

    /// <summary>Folds cells into channels: [N, C, H, W] → [N, 4C, H/2, W/2]. A convolution follows.</summary>
    T Unshuffle(T x);

    /// <summary>[N, C, H, W] → [N, C·H·W].</summary>
    T Flatten(T x);

    /// <summary>[N, C·H·W] → [N, C, H, W].</summary>
    T Reshape(T x, int channels, int height, int width);
}
