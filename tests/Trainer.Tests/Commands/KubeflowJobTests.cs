using System.CommandLine;
using FaceMix.Trainer.Commands;
using Xunit;
using YamlDotNet.Serialization;

namespace FaceMix.Tests.Trainer.Commands;

public sealed class KubeflowJobTests
{
    [Fact]
    public void The_trainer_takes_the_arguments_that_the_MPIJob_gives_to_its_launcher()
    {
        var job = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(Repository.PathOf("deploy", "kubeflow-train.yaml")));
        var containers = (List<object>)At(job, "spec", "mpiReplicaSpecs", "Launcher", "template", "spec", "containers");
        var arguments = ((List<object>)At(Assert.Single(containers), "args")).Select(argument => (string)argument).ToArray();

        var parsed = new RootCommand { TrainCommand.Create() }.Parse(arguments);

        Assert.Empty(parsed.Errors);
        Assert.Equal("train", parsed.CommandResult.Command.Name);
        Assert.Equal(1, parsed.GetValue<int>("--nproc-per-node"));
    }

    private static object At(object tree, params string[] keys) => keys.Aggregate(tree, (part, key) => ((Dictionary<object, object>)part)[key]);
}
