using FaceMix.ModelStore;

namespace FaceMix.Tests.ModelStore;

/// <summary>A publisher process for the tests to kill: <c>publish MODELS</c> publishes version after version until then.</summary>
internal static class Program
{
    public const int FileBytes = 200_000;

    public static int Main(string[] arguments)
    {
        if (arguments is not ["publish", var models])
            return 2;
        var publisher = new ModelPublisher(models);
        while (true)
        {
            using var publication = publisher.Begin("faces");
            for (var i = 0; i < 4; i++)
                File.WriteAllBytes(Path.Combine(publication.Folder, $"file-{i}"), new byte[FileBytes]);
            publication.Publish(Some.Description);
            Console.WriteLine(publication.Version);
        }
    }
}
