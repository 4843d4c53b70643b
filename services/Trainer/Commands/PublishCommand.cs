using System.CommandLine;
using System.Text.Json;
using FaceMix.ModelStore;

namespace FaceMix.Trainer.Commands;

/// <summary><c>publish</c>: a whole version folder → the models folder.</summary>
internal static class PublishCommand
{
    private static readonly Option<string> s_from = new("--from") { Description = "A whole model version, manifest.json in it", HelpName = "DIR", Required = true };
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("publish", "Copies a model version into the models folder, its digests checked; a version already there is left alone")
        {
            s_from, s_models, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var models = parsed.GetValue(s_models)!;
        Directory.CreateDirectory(models);
        var (version, copied) = new ModelPublisher(models).PublishCopy(parsed.GetValue(s_from)!);
        Console.Error.WriteLine(copied ? $"Published {version}." : $"{version} is published already.");
        if (parsed.GetValue(s_json))
            Console.WriteLine(JsonSerializer.Serialize(new { model = version.ToString(), copied }));
        return 0;
    }
}
