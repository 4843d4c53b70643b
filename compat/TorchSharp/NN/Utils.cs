using FaceMix.Torch;
using TorchSharp.Modules;
using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Scales all gradients down together until their common norm is at most the given one.</summary>
            /// <returns>The norm before.</returns>
            public static unsafe double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                if (norm_type == 2)
                {
                    var parameters = tensors.ToArray();
                    double before;
                    fixed (nint* handles = Array.ConvertAll(parameters, parameter => parameter.Handle))
                        Library.Check(Library.fm_clip_gradients(handles, parameters.Length, max_norm, &before), "clip_grad_norm_", Array.ConvertAll(parameters, parameter => (Tensor?)parameter));
                    GC.KeepAlive(parameters);
                    return before;
                }
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var gradients = tensors.Select(parameter => parameter.grad).OfType<Tensor>().ToList();
                if (gradients.Count == 0) return 0.0;
                var norms = stack(gradients.Select(gradient => Call("linalg_vector_norm", gradient, norm_type)));
                var norm = Call("linalg_vector_norm", norms, norm_type);
                var factor = (max_norm / (norm + 1e-6)).clamp_max(1.0);
                foreach (var gradient in gradients) gradient.mul_(factor);
                return norm.ToDouble();
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                foreach (var parameter in tensors)
                {
                    using var gradient = parameter.grad;
                    gradient?.clamp_(-clip_value, clip_value);
                }
            }

            /// <summary>Cuts a vector into the parameters' shapes and copies each piece in.</summary>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var _ = no_grad();
                var at = 0L;
                foreach (var parameter in tensors)
                {
                    using var piece = vec.narrow(0, at, parameter.NumberOfElements);
                    using var shaped = piece.view(parameter.shape);
                    parameter.copy_(shaped);
                    at += parameter.NumberOfElements;
                }
            }

            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors) => cat(tensors.Select(parameter => parameter.view(-1)).ToArray());
        }
    }
}
