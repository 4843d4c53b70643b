using System.Net;
using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class ServingModels : IDisposable
{
    private static readonly Uri Readiness = new("/readyz", UriKind.Relative);

    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Without_a_model_it_starts_is_not_ready_and_says_what_to_do()
    {
        await using var host = await DecoderHost.StartAsync(_models.File("none", "yet"), null, "Decoder:LookInterval=00:00:00.1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Http.GetAsync(Readiness)).StatusCode);
        var (code, message, info, _, retry) = await DecoderHost.ErrorOfAsync(async () => await host.Client.GenerateAsync(new GenerateRequest { Count = 1 }));
        Assert.Equal((StatusCode.Unavailable, "NO_MODEL"), (code, info.Reason));
        Assert.Contains("publish a model: ./facemix up", message, StringComparison.Ordinal);
        Assert.NotNull(retry);

        TinyModel.PublishFirstRelease(_models.File("none", "yet"));
        await host.WaitUntilReadyAsync();
        await host.Client.GenerateAsync(new GenerateRequest { Count = 1 });
    }

    [Fact]
    public async Task A_newer_version_is_swapped_in_without_a_failed_call()
    {
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:LoadedVersions=1");
        using var stop = new CancellationTokenSource();
        var seen = new HashSet<string>();
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (ulong seed = 0; !stop.IsCancellationRequested; seed++)
            {
                var picture = (await host.Client.GenerateAsync(new GenerateRequest { Count = 2, Seed = seed, Picture = new PictureOptions { Format = PictureFormat.Raw } })).Pictures[1];
                Assert.Equal(TinyModel.PictureOf(picture.Latent.Values), picture.Data.ToByteArray());
                lock (seen)
                    seen.Add(picture.ModelVersion);
            }
        })).ToList();

        for (var version = 1; version <= 5; version++)
            await host.WaitUntilServedAsync(TinyModel.Publish(_models.Path, $"20260101-00000{version}").ToString());
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        Assert.True(seen.Count >= 2, "No caller saw a swap.");
    }

    [Fact]
    public async Task A_damaged_version_is_skipped_and_the_last_good_one_keeps_serving()
    {
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:LookInterval=00:00:00.1");
        using var elsewhere = new TemporaryFolder();
        var damaged = TinyModel.Publish(elsewhere.Path, "20270101-000000");
        var path = new ModelCatalog(elsewhere.Path).FileOf(damaged, "decoder.onnx");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Directory.Move(new ModelCatalog(elsewhere.Path).FolderOf(damaged), new ModelCatalog(_models.Path).FolderOf(damaged));

        await DecoderHost.UntilAsync(async () => (await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains("outcome=\"refused\"", StringComparison.Ordinal));
        Assert.Equal(TinyModel.FirstRelease, (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);
        var (code, message, info, _, _) = await DecoderHost.ErrorOfAsync(async () => await host.Client.GenerateAsync(new GenerateRequest { Count = 1, ModelVersion = damaged.ToString() }));
        Assert.Equal((StatusCode.FailedPrecondition, "DAMAGED_MODEL_VERSION"), (code, info.Reason));
        Assert.DoesNotContain(_models.Path, message, StringComparison.Ordinal);

        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(new ModelCatalog(_models.Path).FileOf(damaged, "decoder.onnx"), bytes);
        await host.WaitUntilServedAsync(damaged.ToString());
    }

    [Fact]
    public async Task A_version_that_could_not_be_read_is_tried_again()
    {
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:LookInterval=00:00:00.1");
        using var elsewhere = new TemporaryFolder();
        var newer = TinyModel.Publish(elsewhere.Path, "20270101-000000");
        // A lock stands for storage that is away: the file is whole and does not change.
        await using (new FileStream(new ModelCatalog(elsewhere.Path).FileOf(newer, "decoder.onnx"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Directory.Move(new ModelCatalog(elsewhere.Path).FolderOf(newer), new ModelCatalog(_models.Path).FolderOf(newer));
            await DecoderHost.UntilAsync(async () => (await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains("outcome=\"refused\"", StringComparison.Ordinal));
            Assert.Equal(TinyModel.FirstRelease, (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);
        }

        await host.WaitUntilServedAsync(newer.ToString());
    }

    [Fact]
    public async Task Removing_the_newest_version_goes_back_to_the_one_before()
    {
        var newer = TinyModel.Publish(_models.Path, "20270101-000000");
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:LookInterval=00:00:00.1");
        Assert.Equal(newer.ToString(), (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);

        Directory.Delete(new ModelCatalog(_models.Path).FolderOf(newer), recursive: true);
        await host.WaitUntilServedAsync(TinyModel.FirstRelease);

        Directory.Delete(_models.File("tiny"), recursive: true);
        await host.Client.GenerateAsync(new GenerateRequest { Count = 1 });
    }

    [Fact]
    public async Task A_network_that_is_not_what_its_manifest_says_is_refused()
    {
        TinyModel.PublishFirstRelease(_models.Path);
        using (var publication = new ModelPublisher(_models.Path).Begin("tiny", "20270101-000000"))
        {
            var catalog = new ModelCatalog(_models.Path);
            File.Copy(catalog.FileOf(ModelVersionId.Parse(TinyModel.FirstRelease), "decoder.onnx"), Path.Combine(publication.Folder, "decoder.onnx"));
            publication.Publish(catalog.ReadManifest(ModelVersionId.Parse(TinyModel.FirstRelease)) with { LatentSize = 5 });
        }

        await using var host = await DecoderHost.StartAsync(_models.Path);
        await host.WaitUntilReadyAsync();

        Assert.Equal(TinyModel.FirstRelease, (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);
    }

    [Fact]
    public async Task Older_versions_are_loaded_when_a_request_names_them()
    {
        var versions = Enumerable.Range(1, 6).Select(i => TinyModel.Publish(_models.Path, $"20250101-00000{i}").ToString()).ToList();
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:LoadedVersions=2");

        var replies = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
            (await host.Client.GenerateAsync(new GenerateRequest { Count = 1, Seed = 5, ModelVersion = versions[i % 3] })).Pictures[0]));

        Assert.All(replies, (picture, i) => Assert.Equal(versions[i % 3], picture.ModelVersion));
        Assert.Single(replies.Select(picture => picture.Latent).Distinct());
        foreach (var version in versions)
            Assert.Equal(version, (await host.Client.GetModelAsync(new GetModelRequest { ModelVersion = version })).Model.ModelVersion);
        Assert.Equal(TinyModel.FirstRelease, (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);
    }

    [Fact]
    public async Task Only_the_chosen_model_is_served_by_default()
    {
        TinyModel.Publish(_models.Path, "20280101-000000", name: "other");
        await using var host = await DecoderHost.StartReadyAsync(_models, null, "Decoder:Model=tiny");

        Assert.Equal(TinyModel.FirstRelease, (await host.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion);
        Assert.Equal("other@20280101-000000", (await host.Client.GenerateAsync(new GenerateRequest { Count = 1, ModelVersion = "other@20280101-000000" })).Pictures[0].ModelVersion);
    }
}
