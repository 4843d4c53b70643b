using FaceMix.Distributed;
using FaceMix.Distributed.Groups;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Distributed;

public sealed class GroupsComputeTogether
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_all_reduce_gives_every_rank_the_sum_the_maximum_or_the_minimum(int size)
    {
        var results = Ranks.Run(size, team =>
        {
            var values = new double[3];
            foreach (var reduction in Enum.GetValues<Reduction>())
            {
                using var one = tensor(new double[] { team.Rank + 1 });
                team.Group.AllReduce(one, reduction);
                values[(int)reduction] = one.data<double>()[0];
            }
            return values;
        });

        Assert.All(results, values => Assert.Equal([size * (size + 1) / 2.0, size, 1], values));
    }

    [Fact]
    public void A_started_all_reduce_is_waited_for_later()
    {
        var results = Ranks.Run(2, team =>
        {
            using var one = full(1000, team.Rank + 1f);
            using var two = full(10, 1f);
            using var first = team.Group.StartAllReduce(one);
            using var second = team.Group.StartAllReduce(two);
            second.Wait();
            first.Wait();
            return (first.IsCompleted, one.sum().item<float>(), two.sum().item<float>());
        });

        Assert.All(results, result => Assert.Equal((true, 3000f, 20f), result));
    }

    [Fact]
    public void What_a_group_refuses_it_names_with_the_type_and_the_shape_it_was_given()
    {
        var said = Ranks.Run(1, team =>
        {
            using var complex = zeros([2, 3], ScalarType.ComplexFloat32);
            return Assert.Throws<DistributedException>(() => team.Group.AllReduce(complex)).Message;
        });

        Assert.Contains("all-reduce(ComplexFloat32[2, 3]) of rank 0", said[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_broadcast_hands_out_one_ranks_values()
    {
        var results = Ranks.Run(3, team =>
        {
            using var values = full(4, team.Rank * 10L);
            team.Group.Broadcast(values, from: 1);
            team.Group.Barrier();
            return values.data<long>().ToArray();
        });

        Assert.All(results, values => Assert.Equal([10, 10, 10, 10], values));
    }

    [Fact]
    public void What_the_first_rank_does_is_waited_for_and_its_text_reaches_all()
    {
        var done = 0;
        var results = Ranks.Run(3, team =>
        {
            team.OnFirst(() =>
            {
                Thread.Sleep(300);
                done = 1;
            });
            Assert.Equal(1, done);
            var text = team.FromFirst(() => "zero's");
            team.Agree("the number of faces", "7");
            return text + team.LocalFirst(() => "!");
        });

        Assert.All(results, text => Assert.Equal("zero's!", text));
    }
}
