using System.CommandLine;
using System.Text.Json;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Presets;
using Spectre.Console;

namespace FaceMix.Trainer.Commands;

/// <summary><c>describe</c>: a preset's network, layer by layer, as the published reports print it.</summary>
internal static class DescribeCommand
{
    // A log has no width of its own.
    private const int LeastWidth = 100;

    private static readonly Argument<string> s_preset = new("PRESET")
    {
        Description = $"{string.Join(", ", PresetReader.Names)}, or a .yaml file",
    };

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "Changes one value of the preset, such as model.latent=64; may be given again",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "Prints one line of JSON in place of the table" };

    public static Command Create()
    {
        var command = new Command("describe", "Prints a preset's network: every layer, its output's shape and its parameters. Nothing is allocated or trained")
        {
            s_preset, s_set, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var preset = PresetReader.Read(parsed.GetValue(s_preset)!, parsed.GetValue(s_set));
        var description = NetworkDescription.Of(preset.Model);
        if (parsed.GetValue(s_json))
            Console.WriteLine(Json(preset, description));
        else
            Show(preset, description);
        return 0;
    }

    private static void Show(Preset preset, NetworkDescription description)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        console.WriteLine($"{preset.Name} ({preset.Model.Architecture}): {preset.Description}");
        foreach (var (part, rows) in new[] { ("encoder", description.Encoder), ("decoder", description.Decoder) })
        {
            var table = new Table().Border(TableBorder.Simple).AddColumn(part).AddColumn("kind").AddColumn("output")
                .AddColumn(new TableColumn("parameters").RightAligned());
            foreach (var row in rows)
                table.AddRow(Text(row.Name), Text(row.Kind), Text(row.Output.ToString()), Text(row.Parameters > 0 ? $"{row.Parameters:N0}" : "0"));
            table.AddRow(Text(part), Text("in all"), Text(string.Empty), Text($"{rows.Sum(row => row.Parameters):N0}"));
            console.Write(table);
        }
        console.WriteLine($"Parameters {description.Parameters:N0}, learnt {description.Learnt:N0}, running statistics {description.Parameters - description.Learnt:N0}.");
    }

    // Brackets would be markup.
    private static Markup Text(string text) => new(Markup.Escape(text));

    private static string Json(Preset preset, NetworkDescription description) => JsonSerializer.Serialize(new
    {
        preset = preset.Name,
        architecture = preset.Model.Architecture,
        image_size = preset.Model.ImageSize,
        latent = preset.Model.Latent,
        parameters = description.Parameters,
        learnt = description.Learnt,
        encoder = Part(description.Encoder),
        decoder = Part(description.Decoder),
    });

    private static object Part(IReadOnlyList<LayerRow> rows) => new
    {
        parameters = rows.Sum(row => row.Parameters),
        layers = rows.Select(row => new
        {
            name = row.Name,
            kind = row.Kind,
            output = row.Output.IsMap ? new[] { row.Output.Channels, row.Output.Height, row.Output.Width } : [row.Output.Channels],
            parameters = row.Parameters,
        }),
    };
}
