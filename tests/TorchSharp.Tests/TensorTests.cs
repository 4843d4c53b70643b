using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class TensorTests
{
    [Fact]
    public void A_tensor_gives_back_the_array_it_was_made_of()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        using var tensor = torch.tensor(values, [2, 3]);
        values[0] = 100;
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.data<float>().ToArray());
        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal(ScalarType.Float32, tensor.dtype);
    }

    [Fact]
    public void Elements_come_row_by_row_whatever_the_strides()
    {
        using var tensor = arange(6).reshape(2, 3).t();
        Assert.False(tensor.is_contiguous());
        Assert.Equal([0, 3, 1, 4, 2, 5], tensor.data<long>().ToArray());
        Assert.Equal(4, tensor.data<long>()[1, 1]);
    }

    [Fact]
    public void An_array_of_several_dimensions_keeps_its_shape()
    {
        using var tensor = torch.tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        Assert.Equal([3, 2], tensor.shape);
        Assert.Equal(6, ((float[,])tensor.data<float>().ToNDArray())[2, 1]);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var tensor = torch.tensor(new byte[] { 1, 2, 3 });
        tensor.bytes[1] = 7;
        Assert.Equal(7, tensor[1].item<byte>());
    }

    [Fact]
    public void Elements_of_another_type_are_refused()
    {
        using var tensor = zeros(2);
        Assert.Throws<ArgumentException>(() => tensor.data<double>());
    }

    [Fact]
    public void An_item_of_many_is_refused()
    {
        using var tensor = zeros(2);
        Assert.Throws<ArgumentException>(() => tensor.item<float>());
    }

    [Fact]
    public void Assigning_to_an_index_writes_into_the_tensor()
    {
        using var tensor = zeros(2, 3);
        tensor[TensorIndex.Colon, TensorIndex.Single(1)] = ones(2);
        tensor[0, 2] = 5;
        Assert.Equal([0, 1, 5, 0, 1, 0], tensor.data<float>().ToArray());
    }

    [Fact]
    public void A_mask_picks_elements()
    {
        using var tensor = arange(4);
        Assert.Equal([2, 3], tensor[tensor > 1].data<long>().ToArray());
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_from_the_default_and_from_an_own_generator()
    {
        manual_seed(42);
        var first = randn(5).data<float>().ToArray();
        manual_seed(42);
        Assert.Equal(first, randn(5).data<float>().ToArray());
        using var own = new Generator(42);
        Assert.Equal(first, randn(5, generator: own).data<float>().ToArray());
        Assert.NotEqual(first, randn(5).data<float>().ToArray());
    }

    [Fact]
    public void A_stored_random_state_repeats_what_followed_it()
    {
        using var state = random.get_rng_state();
        var first = rand(5).data<float>().ToArray();
        random.set_rng_state(state);
        Assert.Equal(first, rand(5).data<float>().ToArray());
    }

    [Fact]
    public void Without_gradients_nothing_is_recorded_and_afterwards_it_is_again()
    {
        using var weight = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((weight * 2).requires_grad);
        }
        using (inference_mode())
            Assert.True(is_inference_mode_enabled());
        Assert.True((weight * 2).requires_grad);
    }

    [Fact]
    public void A_gradient_reaches_two_parents_and_adds_up_over_passes()
    {
        using var a = ones(3, requires_grad: true);
        using var b = full(3, 2.0, requires_grad: true);
        (a * b).sum().backward();
        (a * b).sum().backward();
        Assert.Equal([4, 4, 4], a.grad!.data<float>().ToArray());
        Assert.Equal([2, 2, 2], b.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Gradients_can_be_had_without_touching_the_tensors()
    {
        using var a = full(1, 3.0, requires_grad: true);
        var found = autograd.grad([a.pow(2).sum()], [a]);
        Assert.Equal(6, found[0].item<float>());
        Assert.Null(a.grad);
    }

    [Fact]
    public void The_number_of_threads_is_as_set()
    {
        var before = get_num_threads();
        set_num_threads(2);
        Assert.Equal(2, get_num_threads());
        set_num_threads(before);
    }
}
