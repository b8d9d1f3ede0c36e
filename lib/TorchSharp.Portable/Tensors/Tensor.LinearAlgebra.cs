using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor matmul(Tensor target) => Op.Call("matmul", this, target);
        public Tensor mm(Tensor target) => Op.Call("mm", this, target);
        public Tensor mv(Tensor target) => Op.Call("mv", this, target);
        public Tensor bmm(Tensor batch2) => Op.Call("bmm", this, batch2);
        public Tensor dot(Tensor target) => Op.Call("dot", this, target);
        public Tensor vdot(Tensor target) => Op.Call("vdot", this, target);
        public Tensor outer(Tensor vec2) => Op.Call("outer", this, vec2);
        public Tensor ger(Tensor vec2) => outer(vec2);
        public Tensor inner(Tensor vec2) => Op.Call("inner", this, vec2);
        public Tensor kron(Tensor other) => Op.Call("kron", this, other);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Op.Call("addmm", this, mat1, mat2, beta, alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Op.InPlace("addmm_", this, mat1, mat2, beta, alpha);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Op.Call("addmv", this, mat, vec, beta, alpha);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Op.Call("addr", this, vec1, vec2, beta, alpha);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Op.Call("baddbmm", this, batch1, batch2, beta, alpha);
        public Tensor inverse() => linalg.inv(this);
        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => Op.Call("linalg_pinv", this, rcond, hermitian);
        public Tensor det() => linalg.det(this);
        public Tensor logdet() => Op.Call("logdet", this);
        public Tensor matrix_power(int n) => Op.Call("matrix_power", this, n);
        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) => Op.Call("cov", this, correction, fweights, aweights);
        public Tensor corrcoef() => Op.Call("corrcoef", this);
        public Tensor dist(Tensor other, float p = 2.0f) => Op.Call("dist", this, other, p);
        public Tensor renorm(float p, long dim, float maxnorm) => Op.Call("renorm", this, p, dim, maxnorm);
    }
}
