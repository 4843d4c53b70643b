#if COMPAT_PACKAGES
using FaceMix.ApiList;
using TorchSharp;
using Xunit;

namespace FaceMix.Tests.TorchSharpRoom;

public class PublicApiTests
{
    [Fact]
    public void The_list_of_public_members_is_current()
    {
        var listed = File.ReadAllLines(Repository.PathOf("compat", "TorchSharp", "api.txt"));
        var now = ApiText.Of(typeof(torch).Assembly).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var changes = now.Except(listed).Select(line => "+ " + line.Trim()).Concat(listed.Except(now).Select(line => "- " + line.Trim())).Take(20).ToList();
        Assert.True(changes.Count == 0, $"compat/TorchSharp/README.md says how api.txt is written anew; it differs:\n{string.Join("\n", changes)}");
        Assert.Equal(now, listed);
    }

    [Fact]
    public void A_member_that_differs_is_found()
    {
        var here = typeof(torch).Assembly;
        Assert.Empty(ApiText.Differences(here, here));
        Assert.Contains("torch.Tensor: there is no such type", ApiText.Differences(here, typeof(object).Assembly));
    }
}
#endif
