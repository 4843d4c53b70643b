using System.Globalization;
using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>
/// Cases for the operators whose arguments can be guessed from their names and types: Python's operator of the same name
/// gets the same arguments in the same order.
/// </summary>
internal static class RuleCases
{
    /// <summary>Inputs of operators that do not take one or more matrices [m, n] of numbers between -1 and 1.</summary>
    private static readonly Dictionary<string, string> Inputs = Table("""
        # Matrices and vectors that fit each other.
        m,k ; k,n = matmul mm tensordot
        m,k ; k = mv
        b,m,k ; b,k,n = bmm
        n ; n = dot vdot inner
        m ; n = outer ger
        m,n ; m,k ; k,n = addmm
        m ; m,k ; k = addmv
        m,n ; m ; n = addr
        b,m,n ; b,m,k ; b,k,n = baddbmm
        m,n ; b,m,k ; b,k,n = addbmm
        # Square ones, and well-conditioned ones.
        n,n = matrix_exp matrix_power det trace lu lu_factor diagonal
        m,n = diag_embed
        n = vander
        i(9):m,n ; i(9):m,n = op_BitwiseAnd op_BitwiseOr op_ExclusiveOr
        i(9):m,n = op_OnesComplement
        spd:n = inverse inv inv_ex logdet slogdet cond cholesky cholesky_ex eigh eigvalsh
        spd:n ; n,k = solve solve_ex solve_triangular
        H,n = qr svdvals svd pinverse pinv matrix_rank
        m,3 ; m,3 = cross
        # Where the logarithm, the root or the inverse function is defined.
        p:m,n = log log2 log10 log1p sqrt rsqrt lgamma digamma polygamma reciprocal poisson
        u:m,n = logit erfinv acos asin
        p:m,n ; m,n = pow float_power
        p:m,n ; p:m,n = xlogy remainder fmod
        m,n ; p:m,n = true_divide div divide
        c:m,n ; cp:m,n = floor_divide normal
        c:m,n ; c:m,n = heaviside
        cp:m,n = multinomial
        m,n ; m,n ; p:m,n = addcdiv
        m,n = logsumexp
        # Indices and masks.
        m,n ; i(n):m,2 = gather
        m,n ; i(m):k = take
        m,n ; i(n):m,n = take_along_dim
        m,n ; i(n):k = index_select
        m,n ; i(n):k ; m,k = index_add
        m,n ; q(n):2 ; m,2 = index_copy
        m,n ; q(n):2 = index_fill
        m,n ; q(n):1,2 ; 1,2 = scatter
        m,n ; i(n):m,k ; m,k = scatter_add
        m,n ; b:m,n = masked_fill masked_select
        m,n ; b:m,n ; m,n = masked_scatter where
        b:m,n ; m,n ; m,n = torch.where
        i(9):m,n ; i(9):k = isin
        i(5):n ; c:n = bincount
        m,n ; s:k = bucketize
        s:n ; m = searchsorted
        i(5):n = one_hot
        i(m):k ; m,n = embedding
        i(9):m,n ; i(9):m,n = bitwise_and bitwise_or bitwise_xor
        i(9):m,n = bitwise_not
        m,n ; u:k = quantile nanquantile
        m,n ; m = select_scatter
        n,n ; n = diagonal_scatter
        m,n ; i(3):n = repeat_interleave
        n = combinations
        p: = is_nonzero
        # Shapes.
        m,2n = glu
        m,n ; n = prelu
        m,n ; n,m = view_as
        1,n ; m,n = expand_as
        b,m,n = mT
        m,n ; c:m,n = soft_margin_loss
        b,c,H = dropout1d
        b,m ; b,n ; k,m,n ; k = bilinear
        b,c,H,W = softmax2d
        m,n ; m,n ; m = cosine_embedding_loss
        u:m,n = bernoulli
        b,4c,H,W = pixel_shuffle
        b,c,2H,2W = pixel_unshuffle
        m,k ; n,k = cdist
        m,k ; n,k ; n = linear
        u:m,n ; u:m,n ; p:n = binary_cross_entropy
        m,n ; p:m,n = poisson_nll_loss
        m,n ; m,n ; p:m,n = gaussian_nll_loss
        m,n ; u:m,n ; p:n ; p:n = binary_cross_entropy_with_logits
        m,n ; u:m,n ; p:n = multilabel_soft_margin_loss
        m,n ; m,n = kl_div
        m,n ; i(n):m ; p:n = cross_entropy nll_loss multi_margin_loss
        b,c,H,W ; c ; p:c ; c ; c = instance_norm batch_norm
        b,c,H ; k,c,3 ; k = conv1d conv1d_padding
        b,c,H,W ; k,c,3,3 ; k = conv2d conv2d_padding
        b,c,H ; c,k,3 ; k = conv_transpose1d
        b,c,H,W ; c,k,3,3 ; k = conv_transpose2d
        m,n = normalize
        b,2c,H,W ; 2c ; 2c = group_norm
        m,n ; k,c = block_diag
        spd:n = lu_solve
        """);

    /// <summary>Values of parameters, by name, where the type's own is no use.</summary>
    private static readonly Dictionary<string, object?> Values = new()
    {
        ["dim0"] = 0L,
        ["start_dim"] = 0L,
        ["min"] = -0.4,
        ["max"] = 0.5,
        ["alpha"] = 0.3,
        ["beta"] = 0.6,
        ["k"] = 2L,
        ["chunks"] = 2L,
        ["size"] = 2L,
        ["num_classes"] = 5L,
        ["decimals"] = 1L,
        ["fullMatrices"] = false,
        ["unbiased"] = false,
        ["largest"] = false,
        ["descending"] = true,
        ["keepdim"] = true,
        ["upper"] = true,
        ["diagonal"] = 1L,
        ["training"] = true,
        ["n"] = 2L,
        ["split_size_or_sections"] = 2L,
        ["upscale_factor"] = 2L,
        ["downscale_factor"] = 2L,
        ["lower"] = 0.1,
        ["negative_slope"] = 0.2,
        ["ord"] = 3.0,
        ["p"] = 3.0,
        ["min_val"] = -0.4,
        ["max_val"] = 0.5,
        ["lambda"] = 0.3,
        ["threshold"] = 0.1,
        ["value"] = 0.7,
        ["margin"] = 0.3,
        ["delta"] = 0.4,
        ["groups"] = 1L,
        ["eps"] = 1e-3,
        ["dims"] = 1L,
        ["scale"] = 1.1,
        ["input_scale"] = 0.9,
    };

    /// <summary>Parameters that are optional and given all the same, because their default shows too little.</summary>
    private static readonly HashSet<string> Given =
        ["dim", "keepdim", "unbiased", "descending", "largest", "diagonal", "right", "training", "alpha", "beta", "negative_slope", "lambda", "min_val", "max_val", "dims", "min", "max", "reduction", "delta", "margin"];

    /// <summary>Python takes these by name only, or in another place.</summary>
    private static readonly HashSet<string> ByName = ["alpha", "beta", "upper", "left", "unitriangular", "reduction", "margin"];

    /// <summary>Where the two languages have different names.</summary>
    private static readonly Dictionary<string, string> Renamed = new() { ["lambda"] = "lambd", ["strides"] = "stride", ["pos_weights"] = "pos_weight" };

    public static IEnumerable<ParityCase> All => Operators.All.Select(Case).OfType<ParityCase>();

    private static Dictionary<string, string> Table(string text) => text.Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal))
        .SelectMany(line => line.Split('=')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => (name, inputs: line.Split('=')[0].Replace(" ", "", StringComparison.Ordinal))))
        .ToDictionary(entry => entry.name, entry => entry.inputs);

    private static ParityCase? Case(MethodInfo method)
    {
        var parameters = method.GetParameters();
        if (parameters.Any(parameter => !CanGuess(parameter))) return null;
        var count = (method.IsStatic ? 0 : 1) + parameters.Count(parameter => IsTensor(parameter) && IsGiven(parameter));
        if (count == 0) return null;
        var name = method.Name.TrimEnd('_');
        var described = Inputs.TryGetValue(Operators.Home(method) + name, out var own) || Inputs.TryGetValue(name, out own) ? own.Split(';') : [];
        var inputs = Enumerable.Range(0, count).Select(i => i < described.Length ? described[i] : described.Length > 0 && i > 0 ? "m,n" : described.FirstOrDefault("m,n")).ToArray();
        var arguments = parameters.Select(parameter => IsGiven(parameter) ? Argument(parameter) : Type.Missing).ToArray();

        object? Call(Tensor[] given)
        {
            var next = 0;
            var target = method.IsStatic ? null : Own(method, given[next++]);
            var filled = parameters.Select((parameter, i) => IsTensor(parameter) && IsGiven(parameter) ? given[next++] : arguments[i]).ToArray();
            return method.Invoke(target, BindingFlags.OptionalParamBinding | BindingFlags.InvokeMethod, null, filled, CultureInfo.InvariantCulture);
        }
        return new ParityCase(Operators.Describe(method), inputs, Call, There(method, parameters, arguments)) { Covers = [method] };
    }

    // An operator that changes its tensor gets a copy, because a leaf of the graph cannot be changed.
    private static Tensor Own(MethodInfo method, Tensor given) => method.Name.EndsWith('_') ? given.clone() : given;

    private static string There(MethodInfo method, ParameterInfo[] parameters, object?[] arguments)
    {
        var letter = 'a';
        List<string> given = [];
        if (!method.IsStatic) given.Add($"{letter++}");
        if (method.Name.StartsWith("op_", StringComparison.Ordinal))
        {
            for (var i = 0; i < parameters.Length; i++) given.Add(IsTensor(parameters[i]) ? $"{letter++}" : Python(arguments[i]));
            return given.Count == 1 ? Symbol(method.Name) + given[0] : $"{given[0]} {Symbol(method.Name)} {given[1]}";
        }
        var byName = method.DeclaringType == typeof(nn.functional);
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = parameters[i];
            if (!IsGiven(parameter)) { byName = true; continue; }
            var value = IsTensor(parameter) ? $"{letter++}" : Python(arguments[i]);
            var name = Renamed.GetValueOrDefault(parameter.Name!, parameter.Name!);
            given.Add(!IsTensor(parameter) && (byName || ByName.Contains(name) || (name == "value" && method.Name.StartsWith("addc", StringComparison.Ordinal))) ? $"{name}={value}" : value);
        }
        if (method.DeclaringType == typeof(linalg)) return $"L.{method.Name}({string.Join(", ", given)})";
        return $"{(method.DeclaringType == typeof(nn.functional) ? "fn" : "op")}(\"{method.Name}\", {string.Join(", ", given)})";
    }

    private static string Symbol(string name) => name switch
    {
        "op_Addition" => "+",
        "op_Subtraction" => "-",
        "op_Multiply" => "*",
        "op_Division" => "/",
        "op_Modulus" => "%",
        "op_UnaryNegation" => "-",
        "op_BitwiseAnd" => "&",
        "op_BitwiseOr" => "|",
        "op_ExclusiveOr" => "^",
        "op_OnesComplement" => "~",
        "op_Equality" => "==",
        "op_Inequality" => "!=",
        "op_LessThan" => "<",
        "op_LessThanOrEqual" => "<=",
        "op_GreaterThan" => ">",
        "op_GreaterThanOrEqual" => ">=",
        _ => throw new NotSupportedException(name),
    };

    private static bool IsTensor(ParameterInfo parameter) => parameter.ParameterType == typeof(Tensor);

    private static bool IsGiven(ParameterInfo parameter) => parameter.Name != "out" && (!parameter.IsOptional || (Given.Contains(parameter.Name!) && !(IsTensor(parameter) && parameter.Name is "weight" or "pos_weights")));

    private static bool CanGuess(ParameterInfo parameter)
    {
        if (parameter.IsOptional && !IsGiven(parameter)) return true;
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return IsTensor(parameter) || type == typeof(Scalar) || type == typeof(long) || type == typeof(int) || type == typeof(double) || type == typeof(float)
            || type == typeof(bool) || type == typeof(nn.Reduction) || (type == typeof(long[]) && parameter.Name is "dim" or "dims" or "dimensions");
    }

    private static object? Argument(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(Tensor)) return null;
        if (type == typeof(nn.Reduction)) return nn.Reduction.Sum;
        if (type == typeof(long[])) return (long[])[0, 1];
        var value = Values.TryGetValue(parameter.Name!, out var known) ? known : null;
        if (type == typeof(bool)) return value ?? true;
        if (type == typeof(Scalar)) return (Scalar)Convert.ToDouble(value ?? 0.7, CultureInfo.InvariantCulture);
        if (type == typeof(double)) return Convert.ToDouble(value ?? 0.7, CultureInfo.InvariantCulture);
        if (type == typeof(float)) return Convert.ToSingle(value ?? 0.5, CultureInfo.InvariantCulture);
        return Convert.ChangeType(value is long or int ? value : 1L, type, CultureInfo.InvariantCulture);
    }

    private static string Python(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        nn.Reduction reduction => $"'{reduction.ToString().ToLowerInvariant()}'",
        long[] list => $"({string.Join(", ", list)},)",
        Scalar number => number.ToDouble().ToString("R", CultureInfo.InvariantCulture),
        float number => ((double)number).ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"{value}"),
    };
}
