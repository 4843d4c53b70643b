using FaceMix.Studio;

namespace FaceMix.Tests.Studio;

/// <summary>The program as it is started, as a process of its own.</summary>
public sealed class StudioAppTests
{
    [Theory]
    [InlineData("--Studio:MaxConcurrentCalls=0", "Studio:MaxConcurrentCalls is '0', but it must be a whole number from 1 to 10000.")]
    [InlineData("--Studio:MaxRequestBytes=-1", "Studio:MaxRequestBytes is '-1', but it must be a whole number from 1024 to 16777216.")]
    [InlineData("--Studio:CallTimeout=01:00:00", "Studio:CallTimeout is '01:00:00', but it must be 00:00:00.100 to 00:10:00.")]
    [InlineData("--Studio:DecoderUrl=decoder", "Studio:DecoderUrl is 'decoder', but it must be an address such as http://127.0.0.1:5111.")]
    [InlineData("--Studio:LatentStoreUrl=ftp://127.0.0.1", "Studio:LatentStoreUrl is 'ftp://127.0.0.1', but it must be an address such as http://127.0.0.1:5111.")]
    [InlineData("--Studio:DecoderURI=http://127.0.0.1", "Studio:DecoderURI is not a key of this service; Studio has CallTimeout, DecoderUrl, LatentStoreUrl, MaxConcurrentCalls, MaxRequestBytes.")]
    public async Task A_wrong_value_or_key_ends_the_program_with_a_sentence(string argument, string sentence) =>
        Assert.Equal(sentence, await FailingStart.SentenceOfAsync(typeof(StudioApp).Assembly, "--Bind:HttpPort=0", argument));
}
