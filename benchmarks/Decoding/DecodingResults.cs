using FaceMix.Common.V1;
using static FaceMix.Benchmarks.Timing;

namespace FaceMix.Benchmarks.Decoding;

/// <param name="Format">How the pictures are sent.</param>
/// <param name="Callers">Calls at once.</param>
internal sealed record Scenario(PictureFormat Format, int Callers);

/// <param name="Bare">The bare loop's turns by pictures a run.</param>
/// <param name="Turns">The servers' turns, in their order.</param>
internal sealed record Round(IReadOnlyDictionary<int, Turn> Bare, IReadOnlyDictionary<Scenario, Turn[]> Turns);

/// <summary>Rounds as tables in Markdown: medians of the rounds, ratios as medians of the rounds' ratios.</summary>
/// <param name="contenders">Names, ours first.</param>
internal sealed class DecodingResults(IEnumerable<string> contenders)
{
    private readonly string[] _contenders = [.. contenders];
    private readonly List<Round> _rounds = [];

    public void Add(Round round) => _rounds.Add(round);

    public void Write(Transcript transcript)
    {
        var best = _rounds[0].Bare.Keys.MaxBy(batch => Bare(batch, turn => turn.Load.Rate));
        transcript.Line("| bare ONNX Runtime loop | pictures/s | a run, p50 ms | processor ms a picture |");
        transcript.Line("|---|--:|--:|--:|");
        foreach (var batch in _rounds[0].Bare.Keys)
            transcript.Line($"| {batch} a run{(batch == best ? " (best)" : "")} | {Bare(batch, turn => turn.Load.Rate):0} | {Bare(batch, turn => turn.Load.P50):0.00} | {Bare(batch, turn => turn.ServerMs / turn.Load.Pictures):0.000} |");
        transcript.Line("");
        transcript.Line("| pictures | callers | server | pictures/s | p50 ms | p99 ms | server's processor ms a picture | callers' | KB | ÷ best bare loop | on what is left | FaceMix ÷ it |");
        transcript.Line("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var scenario in _rounds[0].Turns.Keys)
        {
            for (var i = 0; i < _contenders.Length; i++)
                transcript.Line(Row(scenario, i, best));
        }
        transcript.Line("");
        var (call, run) = (Median([.. Turns(new(PictureFormat.Raw, 1), 0).Select(turn => turn.Load.P50)]), Bare(1, turn => turn.Load.P50));
        transcript.Line($"One caller waits {call:0.00} ms for a raw picture (p50), a bare run of one takes {run:0.00} ms: the call adds {call - run:0.00} ms.");
    }

    private string Row(Scenario scenario, int contender, int best)
    {
        var turns = Turns(scenario, contender).ToList();
        double Of(Func<Turn, double> value) => Median([.. turns.Select(value)]);
        var rates = turns.Select(turn => turn.Load.Rate).ToList();
        var bare = _rounds.Select(round => round.Bare[best].Load.Rate).ToList();
        var ours = Turns(scenario, 0).Select(turn => turn.Load.Rate);
        return $"| {scenario.Format.ToString().ToLowerInvariant()} | {scenario.Callers} | {_contenders[contender]} | {Of(turn => turn.Load.Rate):0} "
            + $"| {Of(turn => turn.Load.P50):0.00} | {Of(turn => turn.Load.P99):0.00} "
            + $"| {Of(turn => turn.ServerMs / turn.Load.Pictures):0.000} | {Of(turn => turn.CallersMs / turn.Load.Pictures):0.000} "
            + $"| {Of(turn => turn.Load.Bytes / 1e3 / turn.Load.Pictures):0.0} "
            + $"| {MedianRatio(rates, bare):0.00} | {MedianRatio(rates, bare.Zip(turns, (rate, turn) => rate * turn.Left)):0.00} | {(contender == 0 ? "" : $"{MedianRatio(ours, rates):0.00}")} |";
    }

    private IEnumerable<Turn> Turns(Scenario scenario, int contender) => _rounds.Select(round => round.Turns[scenario][contender]);

    private double Bare(int batch, Func<Turn, double> value) => Median([.. _rounds.Select(round => value(round.Bare[batch]))]);
}
