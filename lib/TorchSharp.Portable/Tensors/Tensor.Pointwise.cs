using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What becomes of the fraction of a quotient.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public partial class Tensor
    {
        public Tensor abs() => Op.Call("abs", this);
        public Tensor abs_() => Op.InPlace("abs_", this);
        public Tensor acos() => Op.Call("acos", this);
        public Tensor acos_() => Op.InPlace("acos_", this);
        public Tensor acosh() => Op.Call("acosh", this);
        public Tensor acosh_() => Op.InPlace("acosh_", this);
        public Tensor asin() => Op.Call("asin", this);
        public Tensor asin_() => Op.InPlace("asin_", this);
        public Tensor asinh() => Op.Call("asinh", this);
        public Tensor asinh_() => Op.InPlace("asinh_", this);
        public Tensor atan() => Op.Call("atan", this);
        public Tensor atan_() => Op.InPlace("atan_", this);
        public Tensor atanh() => Op.Call("atanh", this);
        public Tensor atanh_() => Op.InPlace("atanh_", this);
        public Tensor ceil() => Op.Call("ceil", this);
        public Tensor ceil_() => Op.InPlace("ceil_", this);
        public Tensor cos() => Op.Call("cos", this);
        public Tensor cos_() => Op.InPlace("cos_", this);
        public Tensor cosh() => Op.Call("cosh", this);
        public Tensor cosh_() => Op.InPlace("cosh_", this);
        public Tensor deg2rad() => Op.Call("deg2rad", this);
        public Tensor deg2rad_() => Op.InPlace("deg2rad_", this);
        public Tensor digamma() => Op.Call("digamma", this);
        public Tensor digamma_() => Op.InPlace("digamma_", this);
        public Tensor erf() => Op.Call("erf", this);
        public Tensor erf_() => Op.InPlace("erf_", this);
        public Tensor erfc() => Op.Call("erfc", this);
        public Tensor erfc_() => Op.InPlace("erfc_", this);
        public Tensor erfinv() => Op.Call("erfinv", this);
        public Tensor erfinv_() => Op.InPlace("erfinv_", this);
        public Tensor exp() => Op.Call("exp", this);
        public Tensor exp_() => Op.InPlace("exp_", this);
        public Tensor exp2() => Op.Call("exp2", this);
        public Tensor exp2_() => Op.InPlace("exp2_", this);
        public Tensor expm1() => Op.Call("expm1", this);
        public Tensor expm1_() => Op.InPlace("expm1_", this);
        public Tensor floor() => Op.Call("floor", this);
        public Tensor floor_() => Op.InPlace("floor_", this);
        public Tensor frac() => Op.Call("frac", this);
        public Tensor frac_() => Op.InPlace("frac_", this);
        public Tensor lgamma() => Op.Call("lgamma", this);
        public Tensor lgamma_() => Op.InPlace("lgamma_", this);
        public Tensor log() => Op.Call("log", this);
        public Tensor log_() => Op.InPlace("log_", this);
        public Tensor log10() => Op.Call("log10", this);
        public Tensor log10_() => Op.InPlace("log10_", this);
        public Tensor log1p() => Op.Call("log1p", this);
        public Tensor log1p_() => Op.InPlace("log1p_", this);
        public Tensor log2() => Op.Call("log2", this);
        public Tensor log2_() => Op.InPlace("log2_", this);
        public Tensor rad2deg() => Op.Call("rad2deg", this);
        public Tensor rad2deg_() => Op.InPlace("rad2deg_", this);
        public Tensor reciprocal() => Op.Call("reciprocal", this);
        public Tensor reciprocal_() => Op.InPlace("reciprocal_", this);
        public Tensor relu() => Op.Call("relu", this);
        public Tensor relu_() => Op.InPlace("relu_", this);
        public Tensor relu6() => Op.Call("relu6", this);
        public Tensor relu6_() => Op.InPlace("relu6_", this);
        public Tensor round(long decimals = 0L) => decimals == 0 ? Op.Call("round", this) : Op.Call("round.decimals", this, decimals);
        public Tensor round_(long decimals = 0L) => decimals == 0 ? Op.InPlace("round_", this) : Op.InPlace("round_.decimals", this, decimals);
        public Tensor rsqrt() => Op.Call("rsqrt", this);
        public Tensor rsqrt_() => Op.InPlace("rsqrt_", this);
        public Tensor sigmoid() => Op.Call("sigmoid", this);
        public Tensor sigmoid_() => Op.InPlace("sigmoid_", this);
        public Tensor sign() => Op.Call("sign", this);
        public Tensor sign_() => Op.InPlace("sign_", this);
        public Tensor silu() => Op.Call("silu", this);
        public Tensor silu_() => Op.InPlace("silu_", this);
        public Tensor sin() => Op.Call("sin", this);
        public Tensor sin_() => Op.InPlace("sin_", this);
        public Tensor sinh() => Op.Call("sinh", this);
        public Tensor sinh_() => Op.InPlace("sinh_", this);
        public Tensor sqrt() => Op.Call("sqrt", this);
        public Tensor sqrt_() => Op.InPlace("sqrt_", this);
        public Tensor square() => Op.Call("square", this);
        public Tensor tan() => Op.Call("tan", this);
        public Tensor tan_() => Op.InPlace("tan_", this);
        public Tensor tanh() => Op.Call("tanh", this);
        public Tensor tanh_() => Op.InPlace("tanh_", this);
        public Tensor trunc() => Op.Call("trunc", this);
        public Tensor trunc_() => Op.InPlace("trunc_", this);
        public Tensor selu() => Op.Call("selu", this);
        public Tensor selu_() => Op.InPlace("selu_", this);
        public Tensor absolute() => Op.Call("abs", this);
        public Tensor absolute_() => Op.InPlace("abs_", this);
        public Tensor negative() => Op.Call("neg", this);
        public Tensor neg() => Op.Call("neg", this);
        public Tensor neg_() => Op.InPlace("neg_", this);
        public Tensor gelu() => Op.Call("gelu", this);
        public Tensor hardsigmoid() => Op.Call("hardsigmoid", this);
        public Tensor softplus(double beta = 1, double threshold = 20) => Op.Call("softplus", this, beta, threshold);
        public Tensor logit(double? eps = null) => Op.Call("logit", this, eps);
        public Tensor positive() => Op.Call("positive", this);
        public Tensor sgn() => Op.Call("sgn", this);

        public Tensor add(Tensor target) => Op.Call("add.Tensor", this, target);
        public Tensor add(Tensor target, Scalar alpha) => Op.Call("add.Tensor", this, target, alpha);
        public Tensor add(Scalar scalar) => Op.Call("add.Scalar", this, scalar);
        public Tensor add(Scalar scalar, Scalar alpha) => Op.Call("add.Scalar", this, scalar, alpha);
        public Tensor add_(Tensor target) => Op.InPlace("add_.Tensor", this, target);
        public Tensor add_(Tensor target, Scalar alpha) => Op.InPlace("add_.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar) => Op.InPlace("add_.Scalar", this, scalar);
        public Tensor add_(Scalar scalar, Scalar alpha) => Op.InPlace("add_.Scalar", this, scalar, alpha);
        public Tensor sub(Tensor target) => Op.Call("sub.Tensor", this, target);
        public Tensor sub(Scalar target) => Op.Call("sub.Scalar", this, target);
        public Tensor sub_(Tensor target) => Op.InPlace("sub_.Tensor", this, target);
        public Tensor sub_(Scalar target) => Op.InPlace("sub_.Scalar", this, target);
        public Tensor subtract(Tensor target) => sub(target);
        public Tensor subtract(Scalar target) => sub(target);
        internal Tensor rsub(Scalar left) => Op.Call("rsub.Scalar", this, left);
        public Tensor mul(Tensor target) => Op.Call("mul.Tensor", this, target);
        public Tensor mul(Scalar target) => Op.Call("mul.Scalar", this, target);
        public Tensor mul_(Tensor target) => Op.InPlace("mul_.Tensor", this, target);
        public Tensor mul_(Scalar target) => Op.InPlace("mul_.Scalar", this, target);
        public Tensor multiply(Tensor target) => mul(target);
        public Tensor multiply(Scalar target) => mul(target);
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call("div.Tensor_mode", this, target, Name(rounding_mode));
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Op.Call("div.Scalar_mode", this, target, Name(rounding_mode));
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Op.InPlace("div_.Tensor_mode", this, target, Name(rounding_mode));
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Op.InPlace("div_.Scalar_mode", this, target, Name(rounding_mode));
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);
        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);
        public Tensor true_divide(Tensor other) => div(other);
        public Tensor floor_divide(Tensor other) => Op.Call("floor_divide", this, other);
        public Tensor floor_divide(Scalar other) => Op.Call("floor_divide.Scalar", this, other);
        public Tensor fmod(Tensor target) => Op.Call("fmod.Tensor", this, target);
        public Tensor fmod_(Tensor target) => Op.InPlace("fmod_.Tensor", this, target);
        public Tensor fmod(Scalar scalar) => Op.Call("fmod.Scalar", this, scalar);
        public Tensor fmod_(Scalar scalar) => Op.InPlace("fmod_.Scalar", this, scalar);
        public Tensor remainder(Tensor target) => Op.Call("remainder.Tensor", this, target);
        public Tensor remainder_(Tensor target) => Op.InPlace("remainder_.Tensor", this, target);
        public Tensor remainder(Scalar scalar) => Op.Call("remainder.Scalar", this, scalar);
        public Tensor remainder_(Scalar scalar) => Op.InPlace("remainder_.Scalar", this, scalar);
        public Tensor pow(Tensor exponent) => Op.Call("pow.Tensor_Tensor", this, exponent);
        public Tensor pow(Scalar exponent) => Op.Call("pow.Tensor_Scalar", this, exponent);
        public Tensor pow_(Tensor exponent) => Op.InPlace("pow_.Tensor", this, exponent);
        public Tensor pow_(Scalar exponent) => Op.InPlace("pow_.Scalar", this, exponent);
        public Tensor float_power(Tensor target) => Op.Call("float_power.Tensor_Tensor", this, target);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Op.Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Op.Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Op.InPlace("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Op.InPlace("clamp_.Tensor", this, min, max);
        public Tensor clamp_max(Scalar max) => Op.Call("clamp_max", this, max);
        public Tensor clamp_max_(Scalar max) => Op.InPlace("clamp_max_", this, max);
        public Tensor clamp_min(Scalar min) => Op.Call("clamp_min", this, min);
        public Tensor clamp_min_(Scalar min) => Op.InPlace("clamp_min_", this, min);
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);
        public Tensor lerp(Tensor end, Tensor weight) => Op.Call("lerp.Tensor", this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => Op.InPlace("lerp_.Tensor", this, end, weight);
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Call("addcmul", this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.InPlace("addcmul_", this, tensor1, tensor2, value);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Call("addcdiv", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.InPlace("addcdiv_", this, tensor1, tensor2, value);
        public Tensor atan2(Tensor other) => Op.Call("atan2", this, other);
        public Tensor hypot(Tensor other) => Op.Call("hypot", this, other);
        public Tensor xlogy(Tensor y) => Op.Call("xlogy.Tensor", this, y);
        public Tensor xlogy(Scalar y) => Op.Call("xlogy.Scalar_Other", this, y);
        public Tensor logaddexp(Tensor other) => Op.Call("logaddexp", this, other);
        public Tensor copysign(Tensor other) => Op.Call("copysign.Tensor", this, other);
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Op.Call("nan_to_num", this, nan, posinf, neginf);
        public Tensor maximum(Tensor other) => Op.Call("maximum", this, other);
        public Tensor minimum(Tensor other) => Op.Call("minimum", this, other);
        public Tensor fmax(Tensor other) => Op.Call("fmax", this, other);
        public Tensor fmin(Tensor other) => Op.Call("fmin", this, other);

        public Tensor bitwise_and(Tensor other) => Op.Call("bitwise_and.Tensor", this, other);
        public Tensor bitwise_and_(Tensor other) => Op.InPlace("bitwise_and_.Tensor", this, other);
        public Tensor bitwise_or(Tensor other) => Op.Call("bitwise_or.Tensor", this, other);
        public Tensor bitwise_or_(Tensor other) => Op.InPlace("bitwise_or_.Tensor", this, other);
        public Tensor bitwise_xor(Tensor other) => Op.Call("bitwise_xor.Tensor", this, other);
        public Tensor bitwise_xor_(Tensor other) => Op.InPlace("bitwise_xor_.Tensor", this, other);
        public Tensor bitwise_not() => Op.Call("bitwise_not", this);
        public Tensor logical_and(Tensor other) => Op.Call("logical_and", this, other);
        public Tensor logical_and_(Tensor other) => Op.InPlace("logical_and_", this, other);
        public Tensor logical_or(Tensor other) => Op.Call("logical_or", this, other);
        public Tensor logical_or_(Tensor other) => Op.InPlace("logical_or_", this, other);
        public Tensor logical_xor(Tensor other) => Op.Call("logical_xor", this, other);
        public Tensor logical_xor_(Tensor other) => Op.InPlace("logical_xor_", this, other);
        public Tensor logical_not() => Op.Call("logical_not", this);

        private static string? Name(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }
}
