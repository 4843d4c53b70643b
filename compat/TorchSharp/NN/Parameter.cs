namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that a module learns. It takes over the tensor it is made of, which is then empty.</summary>
        public class Parameter : torch.Tensor
        {
            public Parameter(torch.Tensor data, bool requires_grad = true) : this(data.OwningDisposeScope, data, requires_grad)
            {
            }

            private Parameter(DisposeScope? scope, torch.Tensor data, bool requires_grad)
                : base(data.with_requires_grad(requires_grad).MoveHandle(), null)
            {
                scope?.Forget(data);
                data.OwningDisposeScope = null;
                scope?.Attach((IDisposable)this);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
