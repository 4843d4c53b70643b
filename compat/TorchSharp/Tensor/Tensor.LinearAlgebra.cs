using static FaceMix.Torch.Aten;

namespace TorchSharp;

public static partial class torch
{
    // Matrices and vectors; what works on their decompositions is in torch.linalg.
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Call("matmul", this, target);
        public Tensor mm(Tensor target) => Call("mm", this, target);
        public Tensor mv(Tensor target) => Call("mv", this, target);
        public Tensor bmm(Tensor batch2) => Call("bmm", this, batch2);
        public Tensor dot(Tensor target) => Call("dot", this, target);
        public Tensor outer(Tensor vec2) => Call("outer", this, vec2);
        public Tensor inner(Tensor vec2) => Call("inner", this, vec2);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Call("addmm", this, mat1, mat2, beta, alpha);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Call("baddbmm", this, batch1, batch2, beta, alpha);
        public Tensor cholesky(bool upper = false) => Call("linalg_cholesky", this, upper);
        public Tensor det() => linalg.det(this);
        public Tensor inverse() => linalg.inv(this);
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1f, float alpha = 1f) => Call("addbmm", this, batch1, batch2, beta, alpha);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1f, float alpha = 1f) => Call("addmv", this, mat, vec, beta, alpha);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1f, float alpha = 1f) => Call("addr", this, vec1, vec2, beta, alpha);
        public Tensor ger(Tensor vec2) => outer(vec2);
        public Tensor vdot(Tensor target) => Call("vdot", this, target);
        public Tensor kron(Tensor other) => Call("kron", this, other);
        public Tensor dist(Tensor other, float p = 2f) => Call("dist", this, other, p);
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Call("tensordot", this, b, dims1, dims2);
        public Tensor tensordot(Tensor b, (long, long)[] dims) => tensordot(b, Array.ConvertAll(dims, pair => pair.Item1), Array.ConvertAll(dims, pair => pair.Item2));
        public Tensor tensordot(Tensor b, long dims = 2) => tensordot(b, [.. Enumerable.Range((int)(Dimensions - dims), (int)dims).Select(i => (long)i)], [.. Enumerable.Range(0, (int)dims).Select(i => (long)i)]);
        public Tensor matrix_exp() => Call("linalg_matrix_exp", this);
        public Tensor matrix_power(int n) => Call("linalg_matrix_power", this, n);
        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => Call("linalg_pinv", this, rcond, hermitian);
        public Tensor logdet() => Call("logdet", this);
        public Tensor renorm(float p, long dim, float maxnorm) => Call("renorm", this, p, dim, maxnorm);
    }
}
