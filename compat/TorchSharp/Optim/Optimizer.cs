using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public interface ILearningRateController
            {
                double LearningRate { get; set; }

                double InitialLearningRate { get; set; }
            }

            public interface IMomentum
            {
                double Momentum { get; set; }
            }

            public interface IBetas
            {
                (double, double) Betas { get; set; }
            }

            public abstract class Optimizer : IDisposable
            {
                protected IList<ParamGroup> _parameter_groups = [];

                private protected Optimizer()
                {
                }

                public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

                public virtual Tensor? step(Func<Tensor>? closure = null) => throw new NotImplementedException();

                public virtual void zero_grad() => throw new NotImplementedException();

                public virtual void add_param_group(ParamGroup param_group) => throw new NotImplementedException();

                public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(group => group.Parameters);

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                }

                /// <summary>What a checkpoint needs: the options of each group and the state of each parameter, in order.</summary>
                public class StateDictionary
                {
                    internal StateDictionary()
                    {
                    }

                    public List<OptimizerOptions> Options { get; } = [];

                    public List<OptimizerState> State { get; } = [];

                    /// <summary>For each group, the places of its parameters in <see cref="State"/>.</summary>
                    public List<List<int>> StateIndexRef { get; } = [];
                }
            }
        }
    }

    namespace Modules
    {
        public class OptimizerOptions
        {
            public double? LearningRate { get; set; }

            public double InitialLearningRate { get; set; }

            public virtual void LoadStateDict(OptimizerOptions source)
            {
                InitialLearningRate = source.InitialLearningRate;
                LearningRate = source.LearningRate;
            }
        }

        public abstract class OptimizerState(Parameter parameter)
        {
            protected Parameter _parameter = parameter;

            public abstract void Initialize(OptimizerOptions options);

            public abstract void LoadStateDict(OptimizerState source);

            public virtual void to(Device device)
            {
            }
        }

        public class ParamGroup : optim.ILearningRateController
        {
            public IEnumerable<Parameter> Parameters { get; set; } = [];

            public OptimizerOptions? Options { get; set; }

            public double LearningRate
            {
                get => Options!.LearningRate!.Value;
                set => Options!.LearningRate = value;
            }

            public double InitialLearningRate
            {
                get => Options!.InitialLearningRate;
                set => Options!.InitialLearningRate = value;
            }
        }

        public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
        {
            public ParamGroup()
            {
            }

            public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
            {
                Parameters = parameters;
                base.Options = options;
            }

            public new TOptions Options
            {
                get => (TOptions)base.Options!;
                set => base.Options = value;
            }
        }

        public abstract class OptimizerHelper : optim.Optimizer
        {
            protected OptimizerOptions _defaults = null!;
            private readonly Dictionary<nint, OptimizerState> states = [];

            public override void zero_grad()
            {
                using var _ = no_grad();
                foreach (var parameter in parameters())
                {
                    using var gradient = parameter.grad;
                    gradient?.zero_();
                }
            }

            public virtual StateDictionary state_dict()
            {
                var result = new StateDictionary();
                foreach (var group in _parameter_groups)
                {
                    result.Options.Add(group.Options!);
                    var places = new List<int>();
                    foreach (var parameter in group.Parameters)
                    {
                        places.Add(result.State.Count);
                        result.State.Add(StateOf(parameter));
                    }
                    result.StateIndexRef.Add(places);
                }
                return result;
            }

            /// <exception cref="ArgumentException">The groups or parameters are not as many as here.</exception>
            public virtual void load_state_dict(StateDictionary state_dict)
            {
                var own = this.state_dict();
                if (own.Options.Count != state_dict.Options.Count) throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
                if (own.State.Count != state_dict.State.Count) throw new ArgumentException("Invalid optimizer state -- different number of states.");
                for (var i = 0; i < own.Options.Count; i++)
                    if (!ReferenceEquals(own.Options[i], state_dict.Options[i])) own.Options[i].LoadStateDict(state_dict.Options[i]);
                for (var i = 0; i < own.State.Count; i++)
                    if (!ReferenceEquals(own.State[i], state_dict.State[i])) own.State[i].LoadStateDict(state_dict.State[i]);
            }

            public void to(Device device)
            {
                foreach (var state in states.Values) state.to(device);
            }

            protected override void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var state in states.Values) (state as IDisposable)?.Dispose();
                states.Clear();
            }

            private protected OptimizerState StateOf(Parameter parameter) => states[parameter.Handle];

            private protected void Watch(ParamGroup group, Func<Parameter, OptimizerState> make)
            {
                // Enumerated once: a module's parameters() is a query that would run on every step.
                group.Parameters = group.Parameters.ToArray();
                group.InitialLearningRate = group.LearningRate;
                _parameter_groups.Add(group);
                foreach (var parameter in group.Parameters)
                {
                    var state = make(parameter);
                    state.Initialize(group.Options!);
                    states[parameter.Handle] = state;
                }
            }

            private protected Tensor? StepByGroup(Func<Tensor>? closure, Action<ParamGroup> update)
            {
                Tensor? loss = null;
                if (closure is not null)
                    using (enable_grad()) loss = closure();
                using var _ = no_grad();
                foreach (var group in _parameter_groups) update(group);
                return loss;
            }

            // Everything a step makes on its way is gone when it ends.
            private protected Tensor? Step(Func<Tensor>? closure, Action<ParamGroup, Parameter, Tensor> update) => StepByGroup(closure, group =>
            {
                foreach (var parameter in group.Parameters)
                {
                    using var scope = NewDisposeScope();
                    if (parameter.grad is { } gradient) update(group, parameter, gradient);
                }
            });
        }
    }
}
