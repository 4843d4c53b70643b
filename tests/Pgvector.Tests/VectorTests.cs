using Xunit;
using Vector = global::Pgvector.Vector;

namespace FaceMix.Tests.Pgvector;

public sealed class VectorTests
{
    [Fact]
    public void The_text_form_reads_back_as_the_same_vector()
    {
        var vector = new Vector(new[] { 1f, -2.5f, float.Epsilon, 3.4028235e38f });

        Assert.Equal(vector, new Vector(vector.ToString()));
    }

    [Fact]
    public void Vectors_are_equal_when_their_numbers_are()
    {
        var one = new Vector(new[] { 1f, 2f });

        Assert.True(one == new Vector(new[] { 1f, 2f }));
        Assert.True(one != new Vector(new[] { 1f, 2f, 3f }));
        Assert.False(one == null);
        Assert.Equal(one.GetHashCode(), new Vector(new[] { 1f, 2f }).GetHashCode());
    }

    [Fact]
    public void A_text_without_brackets_is_refused() => Assert.Throws<FormatException>(() => new Vector("1,2"));

    [Fact]
    public void ToArray_gives_a_copy()
    {
        var vector = new Vector(new[] { 1f });
        vector.ToArray()[0] = 5;

        Assert.Equal(1f, vector.Memory.Span[0]);
    }
}
