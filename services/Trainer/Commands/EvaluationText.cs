using System.Text.Json;
using FaceMix.Evaluation;
using FaceMix.Trainer.Jobs;
using FaceMix.Trainer.Measuring;
using Spectre.Console;

namespace FaceMix.Trainer.Commands;

/// <summary>An evaluation as tables for a person and as one line of JSON for a program.</summary>
internal static class EvaluationText
{
    // What a picture must keep for a person to call it the same face.
    private static readonly string[] s_needed = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Red_Hair", "Eyeglasses", "Smiling"];

    /// <summary>Writes the tables to standard error.</summary>
    public static void Show(string model, EvaluationResult evaluation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        // A log has no width of its own.
        console.Profile.Width = Math.Max(console.Profile.Width, 110);
        var measured = evaluation.Measured;
        console.WriteLine($"{model}: PSNR {measured.PsnrDb:0.00} dB on {measured.HeldOut} held-out faces; their mean picture reaches {measured.MeanPicturePsnrDb:0.00} dB. KL {measured.KlNats:0.0} nats.");
        console.WriteLine($"SSIM {measured.Similarity.Ssim:0.0000}, MS-SSIM {measured.Similarity.MsSsim:0.0000} ({measured.Similarity.Convention}).");
        console.WriteLine($"MSE {measured.Mse:0.000000} with pixels in 0..1, mean over pixels. {measured.Latents.ActiveUnits} of {measured.Latents.KlNats.Length} latent numbers are active.");
        if (evaluation.Disentanglement is { } scores)
            console.WriteLine($"MIG {scores.Mig:0.000}; DCI: disentanglement {scores.Disentanglement:0.000}, completeness {scores.Completeness:0.000}, informativeness {scores.Informativeness:0.000}; SAP {scores.Sap:0.000} ({scores.Factors} attributes, {scores.Faces} faces).");
        if (evaluation.Frechet is { } frechet)
            console.Write(Distances(frechet));
        if (evaluation.Classifier is { } verdict)
            console.Write(Attributes(verdict, evaluation.Edits ?? []));
        if (evaluation.Classifier is { } summary)
            console.WriteLine($"Worst on originals: {WorstOriginal(summary):0.0%}. Worst of those marked * on reconstructions, balanced: {Percent(WorstNeeded(summary))}.");
        if (evaluation.Edits is { Count: > 0 } edits)
            console.WriteLine($"Edits, mean over attributes: seen {edits.Average(edit => edit.Changed):0.0%}, others kept {edits.Average(edit => edit.OthersKept):0.0%}, only this one changed {edits.Average(edit => edit.OnlyThis):0.0%}.");
    }

    public static string Json(string model, EvaluationResult evaluation)
    {
        var (measured, verdict) = (evaluation.Measured, evaluation.Classifier);
        return JsonSerializer.Serialize(new
        {
            model,
            psnr_db = measured.PsnrDb,
            mean_picture_psnr_db = measured.MeanPicturePsnrDb,
            mse = measured.Mse,
            ssim = measured.Similarity.Ssim,
            ms_ssim = measured.Similarity.MsSsim,
            ms_ssim_scales = measured.Similarity.Scales,
            kl_nats = measured.KlNats,
            active_units = measured.Latents.ActiveUnits,
            held_out = measured.HeldOut,
            frechet = evaluation.Frechet is not { } frechet ? null : new
            {
                network = frechet.Network,
                originals = frechet.Originals,
                samples = frechet.Samples,
                seeds = frechet.Seeds,
                distances = frechet.Scores.ToDictionary(score => score.Sampler, score => new { mean = score.Mean, spread = score.Spread }),
            },
            disentanglement = evaluation.Disentanglement is not { } scores ? null : new
            {
                mig = scores.Mig,
                dci_disentanglement = scores.Disentanglement,
                dci_completeness = scores.Completeness,
                dci_informativeness = scores.Informativeness,
                sap = scores.Sap,
            },
            worst_original_accuracy = verdict is null ? (double?)null : WorstOriginal(verdict),
            worst_needed_balanced = verdict is null ? null : WorstNeeded(verdict),
            judge = verdict?.Originals.Zip(verdict.Reconstructions, (o, r) => new
            {
                attribute = o.Attribute,
                original_accuracy = o.Accuracy,
                original_balanced = o.Balanced,
                reconstruction_accuracy = r.Accuracy,
                reconstruction_balanced = r.Balanced,
            }),
            edits = evaluation.Edits?.Select(edit => new
            {
                attribute = edit.Attribute,
                changed = edit.Changed,
                others_kept = edit.OthersKept,
                only_this = edit.OnlyThis,
                faces = edit.Faces,
            }),
        });
    }

    private static Table Distances(FrechetScores frechet)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn(Markup.Escape($"Fréchet distance, {frechet.Network}, {frechet.Samples} samples, {frechet.Originals} originals")).AddColumn($"mean of {frechet.Seeds} seeds").AddColumn("spread");
        foreach (var score in frechet.Scores)
            table.AddRow(score.Sampler, $"{score.Mean:0.000}", score.Spread > 0 ? $"{score.Spread:0.000}" : "");
        // A few less make no difference that could be seen.
        if (Math.Min(frechet.Samples, frechet.Originals) < 0.95 * FrechetScores.FewestSamples)
            table.Caption($"Fewer than {FrechetScores.FewestSamples} pictures: the distances are too large and cannot be compared.");
        return table;
    }

    private static Table Attributes(ClassifierScores verdict, IReadOnlyList<EditScore> edits)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("attribute").AddColumn("originals, right").AddColumn("reconstructions, right").AddColumn("balanced")
            .AddColumn("edited: seen").AddColumn("others kept").AddColumn("only this");
        foreach (var (original, reconstruction) in verdict.Originals.Zip(verdict.Reconstructions))
        {
            var edit = edits.FirstOrDefault(score => score.Attribute == original.Attribute);
            table.AddRow(
                Markup.Escape(s_needed.Contains(original.Attribute) ? $"{original.Attribute} *" : original.Attribute),
                Percent(original.Accuracy), Percent(reconstruction.Accuracy), Percent(reconstruction.Balanced),
                Percent(edit?.Changed), Percent(edit?.OthersKept), Percent(edit?.OnlyThis));
        }
        return table;
    }

    private static string Percent(double? part) => part is { } value ? $"{value:0.0%}" : "";

    private static double WorstOriginal(ClassifierScores verdict) => verdict.Originals.Min(score => score.Accuracy);

    private static double? WorstNeeded(ClassifierScores verdict) =>
        verdict.Reconstructions.Where(score => s_needed.Contains(score.Attribute)).Select(score => (double?)score.Balanced).Min();
}
