using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>What is called, how large, by how many at once on one connection.</summary>
/// <param name="Kind">"unary" or "stream".</param>
/// <param name="Size">Bytes of a message.</param>
/// <param name="Callers">Each begins its next call when one has ended.</param>
public sealed record Scenario(string Kind, int Size, int Callers)
{
    public string Title => Kind == "unary"
        ? $"unary echo of {(Size >= 1000 ? $"{Size / 1000} KB" : $"{Size} B")}, {Of(Callers)}"
        : $"stream of 10 000 messages of {Size} B, {Of(Callers)}";

    private static string Of(int callers) => callers == 1 ? "1 caller" : $"{callers} callers";
}

/// <summary>One program in one scenario: medians over the rounds.</summary>
/// <param name="Role">"server" or "client".</param>
/// <param name="Program">"FaceMix", "grpc-js" or "C++".</param>
/// <param name="Scenario">What was called.</param>
/// <param name="PerSecond">Calls, or messages of a stream.</param>
/// <param name="P50">Microseconds; of a stream, between two messages.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="ProcessorTime">Of the measured program, microseconds a call.</param>
/// <param name="Allocated">By the measured program, bytes a call; null where it does not know.</param>
/// <param name="ToNode">Its throughput over that of grpc-js, the median of the rounds' ratios.</param>
/// <param name="ToCpp">The same over C++.</param>
public sealed record Row(
    string Role, string Program, Scenario Scenario, double PerSecond, double P50, double P99, double ProcessorTime, double? Allocated, double ToNode, double ToCpp);

/// <summary>
/// gRPC beside what a user would take instead, @grpc/grpc-js on Node and gRPC for C++, in one run on one machine: each
/// server under the same load (the C++ client's, the fastest), and each client against the same server (C++). The three
/// take turns, so that another load on the machine falls on all.
/// </summary>
public static class RpcBenchmark
{
    private static readonly Kind[] Kinds = [Kind.FaceMix, Kind.Node, Kind.Cpp];

    private static readonly Scenario[] Scenarios =
    [
        .. from callers in new[] { 1, 64 }
           from scenario in new[] { new Scenario("unary", 100, callers), new Scenario("unary", 100_000, callers), new Scenario("stream", 100, callers) }
           select scenario,
    ];

    /// <param name="arguments">
    /// <c>--json</c>: rows as JSON instead of a table; <c>--rounds N</c> (default 5) and <c>--time MS</c> (default 1200)
    /// of each turn; <c>--only server|client</c>.
    /// </param>
    /// <returns>A table in Markdown, or JSON.</returns>
    /// <exception cref="InvalidOperationException">A program of the three is missing or failed.</exception>
    public static async Task<string> RunAsync(string[] arguments)
    {
        var rounds = int.Parse(Option(arguments, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        var time = int.Parse(Option(arguments, "--time") ?? "1200", CultureInfo.InvariantCulture);
        var only = Option(arguments, "--only");
        await CppPrograms.BuildAsync();
        var rows = new List<Row>();
        if (only is null or "server")
            rows.AddRange(MeasureServers(rounds, time));
        if (only is null or "client")
            rows.AddRange(MeasureClients(rounds, time));
        return arguments.Contains("--json") ? JsonSerializer.Serialize(rows) : Head(rounds, time) + Table(rows);
    }

    private static List<Row> MeasureServers(int rounds, int time)
    {
        Worker[] servers = [.. Kinds.Select(Worker.Server)];
        Worker[] clients = [.. servers.Select(server => Worker.Client(Kind.Cpp, server))];
        try
        {
            return Measure("server", servers, clients, rounds, time, worker => worker.Allocated());
        }
        finally
        {
            Dispose([.. clients, .. servers]);
        }
    }

    private static List<Row> MeasureClients(int rounds, int time)
    {
        var server = Worker.Server(Kind.Cpp);
        Worker[] clients = [.. Kinds.Select(kind => Worker.Client(kind, server))];
        try
        {
            return Measure("client", clients, clients, rounds, time, null);
        }
        finally
        {
            Dispose([.. clients, server]);
        }
    }

    private static List<Row> Measure(string role, Worker[] measured, Worker[] clients, int rounds, int time, Func<Worker, long>? allocatedSoFar)
    {
        var rows = new List<Row>();
        foreach (var scenario in Scenarios)
        {
            var turns = new List<Turn>[] { [], [], [] };
            // The first round warms up: compilers at run time, connections, windows.
            for (var round = -1; round < rounds; round++)
                for (var i = 0; i < Kinds.Length; i++)
                {
                    var (processor, allocated) = (measured[i].ProcessorTime, allocatedSoFar?.Invoke(measured[i]) ?? 0);
                    var load = clients[i].Measure(scenario, time);
                    var bytes = allocatedSoFar is null ? load.Allocated : allocatedSoFar(measured[i]) - allocated;
                    if (round >= 0)
                        turns[i].Add(new Turn(
                            load.Calls / load.Seconds, load.P50 / 1e3, load.P99 / 1e3,
                            (measured[i].ProcessorTime - processor).TotalMicroseconds / load.Calls, bytes / (double)load.Calls));
                }
            for (var i = 0; i < Kinds.Length; i++)
                rows.Add(new Row(
                    role, Name(Kinds[i]), scenario,
                    Median(turns[i], turn => turn.PerSecond), Median(turns[i], turn => turn.P50), Median(turns[i], turn => turn.P99),
                    Median(turns[i], turn => turn.ProcessorTime),
                    Kinds[i] == Kind.FaceMix ? Median(turns[i], turn => turn.Allocated) : null,
                    Ratio(turns[i], turns[1]), Ratio(turns[i], turns[2])));
        }
        return rows;
    }

    private static string Table(List<Row> rows)
    {
        var text = new StringBuilder();
        foreach (var role in rows.GroupBy(row => row.Role))
        {
            text.AppendLine(role.Key == "server"
                ? "Servers, each under the load of the same client (C++), one connection:"
                : "Clients, each against the same server (C++), one connection:");
            text.AppendLine();
            text.AppendLine("| what | program | per second | p50 µs | p99 µs | processor µs | allocated B | ÷ grpc-js | ÷ C++ |");
            text.AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|");
            foreach (var row in role)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Scenario.Title} | {row.Program} | {row.PerSecond:0} | {row.P50:0.#} | {row.P99:0.#} | {row.ProcessorTime:0.0} | {row.Allocated:0} | {row.ToNode:0.00} | {row.ToCpp:0.00} |");
            text.AppendLine();
        }
        return text.ToString();
    }

    private static string Head(int rounds, int time)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        return string.Create(CultureInfo.InvariantCulture, $"""
            `./facemix bench rpc`, {DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} × {model ?? "unknown processor"}, .NET {Environment.Version},
            Node {CppPrograms.Output("node", "--version")}, gRPC for C++ {CppPrograms.Output("pkg-config", "--modversion", "grpc++")}. Medians of {rounds} turns of {time / 1000.0:0.0} s; all programs share the
            processors, so where the load's client is the slower one, the measured program's processor time tells more than the rate.


            """);
    }

    private static double Ratio(List<Turn> turns, List<Turn> others) =>
        turns.Zip(others, (one, other) => one.PerSecond / other.PerSecond).Order().ElementAt(turns.Count / 2);

    private static double Median(List<Turn> turns, Func<Turn, double> value) => turns.Select(value).Order().ElementAt(turns.Count / 2);

    private static string Name(Kind kind) => kind switch
    {
        Kind.FaceMix => "FaceMix",
        Kind.Node => "grpc-js",
        _ => "C++",
    };

    private static string? Option(string[] arguments, string name) => arguments.SkipWhile(each => each != name).Skip(1).FirstOrDefault();

    private static void Dispose(Worker[] workers)
    {
        foreach (var worker in workers)
            worker.Dispose();
    }

    private sealed record Turn(double PerSecond, double P50, double P99, double ProcessorTime, double Allocated);
}
