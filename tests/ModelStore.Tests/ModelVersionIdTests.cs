using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class ModelVersionIdTests
{
    [Theory]
    [InlineData("facemix-64@20261120-213000")]
    [InlineData("a@1")]
    [InlineData("A.b_c-9@x-2")]
    public void What_is_written_is_read_back(string text) => Assert.Equal(text, ModelVersionId.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("facemix-64")]
    [InlineData("@1")]
    [InlineData("a@")]
    [InlineData("a@b@c")]
    [InlineData("../a@1")]
    [InlineData("a@../1")]
    [InlineData(".tmp@1")]
    [InlineData("a@.tmp-1")]
    [InlineData("a@runs")]
    [InlineData("ä@1")]
    [InlineData("a/b@1")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345@1")]
    public void Anything_that_could_be_no_folder_is_refused(string text)
    {
        Assert.False(ModelVersionId.TryParse(text, out _));
        Assert.Throws<ModelStoreException>(() => ModelVersionId.Parse(text));
    }

    [Fact]
    public void The_newest_comes_last_whatever_its_name()
    {
        string[] ordered = ["z@20261120-213000", "a@20261120-213000-2", "z@20261120-213000-2", "a@20261120-213001"];

        Assert.Equal(ordered, ordered.Reverse().Select(ModelVersionId.Parse).Order().Select(id => id.ToString()));
    }
}
