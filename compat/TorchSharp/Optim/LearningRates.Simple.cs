namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The first rate times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> factors;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose)
                    {
                    }

                    public LambdaLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        factors = lr_lambdas.ToList();
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => BaseRates.Select((rate, i) => rate * factors[i](LastEpoch));
                }

                /// <summary>The last rate times a function of the epoch.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly List<Func<int, double>> factors;

                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose)
                    {
                    }

                    public MultiplicativeLR(Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        factors = lr_lambdas.ToList();
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => LastEpoch > 0 ? Rates().Select((rate, i) => rate * factors[i](LastEpoch)) : Rates();
                }

                /// <summary>Times gamma every so many epochs.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int size;
                    private readonly double gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        size = step_size;
                        this.gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Rates(LastEpoch > 0 && LastEpoch % size == 0 ? gamma : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Bases(Math.Pow(gamma, LastEpoch / size));
                }

                /// <summary>Times gamma at each milestone.</summary>
                public class MultiStepLR : LRScheduler
                {
                    private readonly HashSet<int> milestones;
                    private readonly double gamma;

                    public MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        this.milestones = [.. milestones];
                        this.gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Rates(milestones.Contains(LastEpoch) ? gamma : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Bases(Math.Pow(gamma, milestones.Count(milestone => milestone <= LastEpoch)));
                }

                /// <summary>Times gamma every epoch.</summary>
                public class ExponentialLR : LRScheduler
                {
                    private readonly double gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        this.gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Rates(LastEpoch > 0 ? gamma : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Bases(Math.Pow(gamma, LastEpoch));
                }

                /// <summary>A part of the rate for some epochs, then all of it.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double factor;
                    private readonly int epochs;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        this.factor = factor;
                        epochs = total_iters;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Rates(LastEpoch == 0 ? factor : LastEpoch == epochs ? 1 / factor : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Bases(LastEpoch >= epochs ? 1 : factor);
                }

                /// <summary>From one part of the rate to another in equal steps.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double start;
                    private readonly double end;
                    private readonly int epochs;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        start = start_factor;
                        end = end_factor;
                        epochs = total_iters;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Rates(
                        LastEpoch == 0 ? start : LastEpoch > epochs ? 1 : 1 + (end - start) / (epochs * start + (LastEpoch - 1) * (end - start)));

                    protected override IEnumerable<double> get_closed_form_lr() => Bases(start + (end - start) * Math.Min(epochs, LastEpoch) / epochs);
                }

                /// <summary>Half a cosine from the rate down to a least one, and back (Loshchilov and Hutter, 2016).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double period;
                    private readonly double least;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        period = T_max;
                        least = eta_min;
                        step();
                    }

                    // From the last rate, so that another scheduler's factor stays in it; at the lowest point there is none left.
                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch == 0) return Rates();
                        if ((LastEpoch - 1 - period) % (2 * period) == 0)
                            return Rates().Select((rate, i) => rate + (BaseRates[i] - least) * (1 - Math.Cos(Math.PI / period)) / 2);
                        var factor = (1 + Math.Cos(Math.PI * LastEpoch / period)) / (1 + Math.Cos(Math.PI * (LastEpoch - 1) / period));
                        return Rates().Select(rate => factor * (rate - least) + least);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() => BaseRates.Select(rate => least + (rate - least) * (1 + Math.Cos(Math.PI * LastEpoch / period)) / 2);
                }

                /// <summary>One scheduler until a milestone, then the next from its beginning.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] schedulers;
                    private readonly int[] milestones;

                    /// <exception cref="ArgumentException">A scheduler has another optimizer, or there are not as many milestones as changes.</exception>
                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) : base(optimizer, last_epoch + 1, false)
                    {
                        this.schedulers = schedulers.ToArray();
                        this.milestones = milestones.ToArray();
                        if (this.schedulers.Any(scheduler => scheduler.Optimizer != optimizer)) throw new ArgumentException("The SequentialLR scheduler expects all its sub-schedulers to be bound to the same optimizer.");
                        if (this.milestones.Length != this.schedulers.Length - 1) throw new ArgumentException($"Received {this.schedulers.Length} schedulers and {this.milestones.Length} milestones; there is one milestone less than schedulers.");
                        foreach (var group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                        // Each stepped when it was made.
                        foreach (var scheduler in this.schedulers) scheduler.LastEpoch--;
                        this.schedulers[0].step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var now = milestones.Count(milestone => milestone <= LastEpoch);
                        if (now > 0 && milestones[now - 1] == LastEpoch) schedulers[now].step(0);
                        else schedulers[now].step();
                        return Rates();
                    }
                }

                /// <summary>Less each time a measure has not become better for too many epochs.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool least;
                    private readonly bool relative;
                    private readonly double factor;
                    private readonly double threshold;
                    private readonly double eps;
                    private readonly int patience;
                    private readonly int cooldown;
                    private readonly IList<double>? floors;
                    private readonly bool verbose;
                    private double best;
                    private int bad;
                    private int resting;

                    /// <exception cref="ArgumentException">A mode is unknown, or the factor is no reduction.</exception>
                    public ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false) : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1.0) throw new ArgumentException("Factor should be < 1.0");
                        if (mode is not ("min" or "max")) throw new ArgumentException($"mode {mode} is unknown!");
                        if (threshold_mode is not ("rel" or "abs")) throw new ArgumentException($"threshold mode {threshold_mode} is unknown!");
                        least = mode == "min";
                        relative = threshold_mode == "rel";
                        this.factor = factor;
                        this.patience = patience;
                        this.threshold = threshold;
                        this.cooldown = cooldown;
                        this.eps = eps;
                        this.verbose = verbose;
                        floors = min_lr;
                        best = least ? double.PositiveInfinity : double.NegativeInfinity;
                    }

                    public override void step(double current, int? epoch = null)
                    {
                        LastEpoch = epoch ?? LastEpoch + 1;
                        if (IsBetter(current)) (best, bad) = (current, 0);
                        else bad++;
                        if (resting > 0) (resting, bad) = (resting - 1, 0);
                        if (bad <= patience) return;
                        Reduce();
                        (resting, bad) = (cooldown, 0);
                    }

                    /// <exception cref="InvalidOperationException">Always: there is no measure.</exception>
                    public override void step() => throw new InvalidOperationException("step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    /// <exception cref="InvalidOperationException">Always: there is no measure.</exception>
                    public override void step(int? epoch) => step();

                    private bool IsBetter(double current) => (least, relative) switch
                    {
                        (true, true) => current < best * (1 - threshold),
                        (true, false) => current < best - threshold,
                        (false, true) => current > best * (1 + threshold),
                        _ => current > best + threshold,
                    };

                    private void Reduce()
                    {
                        foreach (var (group, i) in Optimizer.ParamGroups.Select((group, i) => (group, i)))
                        {
                            var floor = floors is not { Count: > 0 } ? 0 : floors[floors.Count == 1 ? 0 : i];
                            var rate = Math.Max(group.LearningRate * factor, floor);
                            if (group.LearningRate - rate <= eps) continue;
                            group.LearningRate = rate;
                            if (verbose) Console.WriteLine($"Epoch {LastEpoch}: reducing learning rate of group {i} to {rate:g4}.");
                        }
                    }
                }
            }
        }
    }
}
