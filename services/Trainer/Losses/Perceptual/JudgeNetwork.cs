using FaceMix.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>The maps of the network that FaceMix trains itself on the data's attributes: it has learnt to see what they are about.</summary>
public sealed class JudgeNetwork : IPerceptualNetwork
{
    private readonly Judge _judge;
    private readonly int _size;

    /// <param name="judge">Trained; disposed with this.</param>
    /// <param name="size">Width and height of the pictures it knows; larger ones are averaged down to it.</param>
    /// <param name="name">Names its training data.</param>
    public JudgeNetwork(Judge judge, int size, string name)
    {
        _judge = judge;
        _size = size;
        Name = name;
        judge.eval();
        foreach (var parameter in judge.parameters())
            parameter.requires_grad = false;
    }

    public string Name { get; }

    public IReadOnlyList<Tensor> Maps(Tensor pictures)
    {
        var x = pictures * 2 - 1;
        if (x.shape[3] % _size == 0 && x.shape[3] > _size)
            x = functional.avg_pool2d(x, x.shape[3] / _size);
        else if (x.shape[3] != _size)
            x = functional.interpolate(x, size: [_size, _size], mode: InterpolationMode.Bilinear);
        return _judge.Maps(x);
    }

    public void Dispose() => _judge.Dispose();
}
