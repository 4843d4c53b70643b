using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The numbers are ATen's own.</summary>
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static partial class functional
        {
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Call("mse_loss", input, target, (long)reduction);
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Call("l1_loss", input, target, (long)reduction);
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) => Call("smooth_l1_loss", input, target, (long)reduction, beta);
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) => Call("huber_loss", input, target, (long)reduction, delta);
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) => Call("binary_cross_entropy", input, target, weight, (long)reduction);
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) => Call("binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) => Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) => Call("nll_loss_nd", input, target, weight, (long)reduction);
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) => Call("kl_div", input, target, (long)reduction, log_target);
            public static Tensor poisson_nll_loss(Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) => Call("poisson_nll_loss", input, target, log_input, full, eps, (long)reduction);
            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) => Call("hinge_embedding_loss", input, target, margin, (long)reduction);
            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) => Call("margin_ranking_loss", input1, input2, target, margin, (long)reduction);
            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) => Call("cosine_embedding_loss", input1, input2, target, margin, (long)reduction);
            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean) => Call("triplet_margin_loss", anchor, positive, negative, margin, p, eps, swap, (long)reduction);
            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Call("soft_margin_loss", input, target, (long)reduction);
            public static Tensor multi_margin_loss(Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) => Call("multi_margin_loss", input, target, p, margin, weight, (long)reduction);

            /// <summary>Binary cross-entropy of logits [N, C], averaged over the classes.</summary>
            public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                var loss = -(target * input.log_sigmoid() + (1 - target) * (-input).log_sigmoid());
                if (weight is not null) loss *= weight;
                return Reduced(loss.mean([-1]), reduction);
            }

            /// <summary>Half the squared error over the variance, and half the variance's logarithm.</summary>
            /// <param name="input">The means.</param>
            /// <param name="target">What was seen.</param>
            /// <param name="variance">Of each element, or one for each row; at least <paramref name="eps"/> is taken.</param>
            /// <param name="full">Whether the constant is added.</param>
            /// <param name="eps">The least variance.</param>
            /// <param name="reduction">What is made of the elements.</param>
            /// <exception cref="ArgumentException">The variance fits neither the elements nor the rows.</exception>
            public static Tensor gaussian_nll_loss(Tensor input, Tensor target, Tensor variance, bool full = false, float eps = 1e-6f, Reduction reduction = Reduction.Mean)
            {
                var shape = input.shape;
                if (!variance.shape.SequenceEqual(shape))
                {
                    if (variance.shape.SequenceEqual(shape[..^1])) variance = variance.unsqueeze(-1);
                    else if (variance.Dimensions != shape.Length || variance.shape[^1] != 1) throw new ArgumentException("variance has incorrect shape.");
                }
                // The clamp is no part of the gradient, as in PyTorch.
                variance = variance.clone();
                using (no_grad()) variance.clamp_min_(eps);
                var loss = 0.5 * (variance.log() + (input - target).square() / variance);
                if (full) loss += 0.5 * Math.Log(2 * Math.PI);
                return Reduced(loss, reduction);
            }

            private static Tensor Reduced(Tensor loss, Reduction reduction) => reduction switch
            {
                Reduction.Mean => loss.mean(),
                Reduction.Sum => loss.sum(),
                _ => loss,
            };
        }
    }
}
