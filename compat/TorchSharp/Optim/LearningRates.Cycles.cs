namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                // Momentum, or Adam's first beta, which has its place.
                private static void SetMomentum(ILearningRateController group, double momentum)
                {
                    if (group is IMomentum with) with.Momentum = momentum;
                    else if (group is IBetas betas) betas.Betas = (momentum, betas.Betas.Item2);
                    else throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                }

                private static double[] Each(Optimizer optimizer, IEnumerable<double>? values, double otherwise)
                {
                    var groups = optimizer.ParamGroups.Count();
                    var given = values?.ToArray() ?? [];
                    return given.Length switch
                    {
                        0 => Enumerable.Repeat(otherwise, groups).ToArray(),
                        1 => Enumerable.Repeat(given[0], groups).ToArray(),
                        _ when given.Length == groups => given,
                        _ => throw new ArgumentException($"{given.Length} values for {groups} groups of parameters"),
                    };
                }

                /// <summary>Up and down between two rates, again and again (Smith, 2015); momentum goes the other way.</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly double length;
                    private readonly double rise;
                    private readonly double[] most;
                    private readonly double[]? leastMomentum;
                    private readonly double[]? mostMomentum;
                    private readonly Func<double, double> scale;
                    private readonly bool byCycle;

                    public CyclicLR(Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1, Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true, double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, [base_lr], (double[])[max_lr], step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode, cycle_momentum, (double[])[base_momentum], [max_momentum], last_epoch, verbose)
                    {
                    }

                    /// <exception cref="ArgumentException">The optimizer has no momentum to cycle, or the lists are not as long as there are groups.</exception>
                    public CyclicLR(Optimizer optimizer, IEnumerable<double> base_lr, IEnumerable<double> max_lr, int step_size_up = 2000, int step_size_down = -1, Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        var down = step_size_down == -1 ? step_size_up : step_size_down;
                        length = step_size_up + down;
                        rise = step_size_up / length;
                        most = Each(optimizer, max_lr, 0);
                        BaseRates = Each(optimizer, base_lr, 0);
                        if (last_epoch == -1)
                            foreach (var (group, rate) in optimizer.ParamGroups.Zip(BaseRates)) group.LearningRate = rate;
                        if (cycle_momentum)
                        {
                            leastMomentum = Each(optimizer, base_momentum, 0.8);
                            mostMomentum = Each(optimizer, max_momentum, 0.9);
                        }
                        scale = scale_fn ?? (mode switch
                        {
                            Mode.Triangular2 => cycle => 1 / Math.Pow(2, cycle - 1),
                            Mode.ExpRange => steps => Math.Pow(gamma, steps),
                            _ => _ => 1,
                        });
                        byCycle = scale_fn is null ? mode != Mode.ExpRange : scale_mode == ScaleMode.Cycle;
                        step();
                    }

                    public enum Mode
                    {
                        Triangular,
                        Triangular2,
                        ExpRange,
                    }

                    public enum ScaleMode
                    {
                        Cycle,
                        Iterations,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var cycle = Math.Floor(1 + LastEpoch / length);
                        var place = 1 + LastEpoch / length - cycle;
                        var height = (place <= rise ? place / rise : (place - 1) / (rise - 1)) * scale(byCycle ? cycle : LastEpoch);
                        if (mostMomentum is not null)
                            foreach (var (group, i) in Optimizer.ParamGroups.Select((group, i) => (group, i)))
                                SetMomentum(group, mostMomentum[i] - (mostMomentum[i] - leastMomentum![i]) * height);
                        return BaseRates.Select((rate, i) => rate + (most[i] - rate) * height);
                    }
                }

                /// <summary>Up once to a high rate, and down to almost none (Smith and Topin, 2017); momentum goes the other way.</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly int steps;
                    private readonly AnnealStrategy strategy;
                    private readonly double[] first;
                    private readonly double[] most;
                    private readonly double[] last;
                    private readonly double[]? leastMomentum;
                    private readonly double[]? mostMomentum;
                    private readonly (double end, int from, int to)[] phases;

                    public OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, (double[])[max_lr], total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, (double[])[base_momentum], [max_momentum], div_factor, final_div_factor, three_phase, last_epoch, verbose)
                    {
                    }

                    /// <exception cref="ArgumentException">The number of steps is not given, or not positive, or the rise is no part of them.</exception>
                    public OneCycleLR(Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (pct_start is < 0 or > 1) throw new ArgumentException($"Expected float between 0 and 1 for pct_start, but got {pct_start}");
                        steps = total_steps != -1 ? total_steps : epochs * steps_per_epoch;
                        if (steps <= 0 || (total_steps == -1 && epochs <= 0)) throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch), as positive numbers");
                        strategy = anneal_strategy;
                        most = Each(optimizer, max_lr, 0);
                        first = Array.ConvertAll(most, rate => rate / div_factor);
                        last = Array.ConvertAll(first, rate => rate / final_div_factor);
                        if (cycle_momentum)
                        {
                            leastMomentum = Each(optimizer, base_momentum, 0.85);
                            mostMomentum = Each(optimizer, max_momentum, 0.95);
                        }
                        // Where each phase ends, and between which of the three rates (first, most, last) it goes.
                        phases = three_phase
                            ? [(pct_start * steps - 1, 0, 1), (2 * pct_start * steps - 2, 1, 0), (steps - 1, 0, 2)]
                            : [(pct_start * steps - 1, 0, 1), (steps - 1, 1, 2)];
                        step();
                    }

                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    /// <exception cref="InvalidOperationException">All steps are done.</exception>
                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch > steps) throw new InvalidOperationException($"Tried to step {LastEpoch + 1} times. The specified number of total steps is {steps}");
                        var start = 0.0;
                        var now = 0;
                        while (now < phases.Length - 1 && LastEpoch > phases[now].end) start = phases[now++].end;
                        var (end, from, to) = phases[now];
                        var place = (LastEpoch - start) / (end - start);
                        if (mostMomentum is not null)
                            foreach (var (group, i) in Optimizer.ParamGroups.Select((group, i) => (group, i)))
                                SetMomentum(group, Between(from == 1 ? leastMomentum![i] : mostMomentum[i], to == 1 ? leastMomentum![i] : mostMomentum[i], place));
                        double[][] rates = [first, most, last];
                        return Enumerable.Range(0, most.Length).Select(i => Between(rates[from][i], rates[to][i], place));
                    }

                    private double Between(double start, double end, double place) => strategy == AnnealStrategy.Cos
                        ? end + (start - end) / 2 * (Math.Cos(Math.PI * place) + 1)
                        : start + (end - start) * place;
                }
            }
        }
    }
}
