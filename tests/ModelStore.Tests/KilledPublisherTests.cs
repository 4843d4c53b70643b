using System.Diagnostics;
using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class KilledPublisherTests
{
    [Fact]
    public async Task A_reader_sees_whole_versions_or_none_however_the_publisher_dies()
    {
        using var models = new TemporaryFolder();
        var catalog = new ModelCatalog(models.Path);
        var random = new Random(1);
        var verified = new HashSet<ModelVersionId>();
        for (var round = 0; round < 6; round++)
        {
            using var publisher = Start(models.Path);
            try
            {
                await publisher.StandardOutput.ReadLineAsync();
                var until = Stopwatch.StartNew();
                var life = TimeSpan.FromMilliseconds(random.Next(5, 80));
                do
                {
                    foreach (var id in catalog.List().Where(id => !verified.Contains(id)))
                    {
                        catalog.Verify(id);
                        verified.Add(id);
                    }
                }
                while (until.Elapsed < life);
            }
            finally
            {
                publisher.Kill();
                await publisher.WaitForExitAsync();
            }
            foreach (var id in catalog.List())
                catalog.Verify(id);
        }

        Assert.True(verified.Count >= 6, $"Only {verified.Count} versions were published.");
        new ModelPublisher(models.Path).Sweep();
        Assert.Empty(Directory.EnumerateFileSystemEntries(models.File("faces"), ".tmp-*"));
    }

    private static Process Start(string models)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { typeof(Program).Assembly.Location, "publish", models },
        };
        return Process.Start(start)!;
    }
}
