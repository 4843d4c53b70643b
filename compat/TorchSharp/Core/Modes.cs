using FaceMix.Torch;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Records nothing for gradients, on this thread, until disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Library.fm_grad_mode() != 0;

    /// <summary>
    /// As <see cref="no_grad"/>, and without version counters: tensors made here never take part in gradients. The
    /// thread that opened it must dispose it.
    /// </summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Library.fm_inference_mode() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly int before = Library.fm_grad_mode();

        public GradMode(bool enabled) => Library.fm_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => Library.fm_set_grad_mode(before);
    }

    // No finaliser: one would close the guard on another thread, which libtorch does not survive.
    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint guard = Library.fm_open_inference_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0) Library.fm_close_inference_mode(guard);
            guard = 0;
        }
    }

    public static partial class autograd
    {
        /// <summary>Gradients of the outputs with respect to the inputs, which keep their own.</summary>
        /// <param name="outputs">What is differentiated.</param>
        /// <param name="inputs">What it is differentiated by.</param>
        /// <param name="grad_outputs">The gradient of each output; needed unless it is a single number.</param>
        /// <param name="retain_graph">Whether the graph stays for another pass.</param>
        /// <param name="create_graph">Whether the gradients can themselves be differentiated.</param>
        /// <param name="allow_unused">Whether an input that no output depends on has a null gradient or is an error.</param>
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var found = new nint[inputs.Count];
            fixed (nint* outs = Handles(outputs), grads = Handles(grad_outputs), ins = Handles(inputs), into = found)
                Library.Check(Library.fm_grad(outs, grads, outputs.Count, ins, inputs.Count, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, into), "grad", outputs.Concat(inputs).ToArray());
            GC.KeepAlive((outputs, inputs, grad_outputs));
            return found.Select(handle => handle == 0 ? null! : new Tensor(handle)).ToList();
        }

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            fixed (nint* roots = Handles(tensors), grads = Handles(grad_tensors), ins = Handles(inputs))
                Library.Check(Library.fm_backward(roots, grads, tensors.Count, ins, inputs?.Count ?? 0, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0), "backward", tensors.ToArray());
            GC.KeepAlive((tensors, grad_tensors, inputs));
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[] Handles(IList<Tensor>? tensors) => tensors is null ? [] : tensors.Select(tensor => tensor.Handle).ToArray();
    }
}
