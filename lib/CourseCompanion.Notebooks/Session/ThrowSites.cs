using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;

namespace CourseCompanion.Notebooks.Session;

/// <summary>
/// The lines of a method at which it can throw, read from its code. For an index out of range, an overflow and, on some
/// processors, a division by zero, the runtime's compiler makes one place per method that throws, so that a stack trace has
/// the wrong line for the most common of all errors, or none.
/// </summary>
internal static class ThrowSites
{
    private static readonly FrozenDictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value);

    /// <summary>Whether a frame is the runtime's, which throws for the method below it.</summary>
    internal static bool IsHelper(MethodBase? method) =>
        method?.DeclaringType?.FullName == "Internal.Runtime.CompilerHelpers.ThrowHelpers";

    /// <summary>The places, in the order of the lines; none when the method's code does not tell.</summary>
    /// <param name="method">The method that threw.</param>
    /// <param name="error">What it threw.</param>
    /// <param name="script">The cell that the method is part of.</param>
    internal static IReadOnlyList<(string File, int Line)> Find(MethodBase method, Exception error, Script script)
    {
        if (Condition(error) is not { } throws || method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            return [];
        }
        var points = Points(method, script);
        return [.. Offsets(code, (instruction, operand) => throws(instruction, operand, method.Module))
            .Select(offset => points.FindLastIndex(point => point.Offset <= offset))
            .Where(index => index >= 0)
            .Select(index => points[index].Place)
            .Distinct()
            .Order()];
    }

    /// <summary>The place of an instruction; null when the method's code does not tell.</summary>
    /// <param name="method">The method.</param>
    /// <param name="offset">Where in its code the instruction is.</param>
    /// <param name="script">The cell that the method is part of.</param>
    internal static (string File, int Line)? Place(MethodBase method, int offset, Script script)
    {
        var points = Points(method, script);
        var index = points.FindLastIndex(point => point.Offset <= offset);
        return index < 0 ? null : points[index].Place;
    }

    /// <summary>Where each statement of a method begins, in its code and in the text.</summary>
    private static List<(int Offset, (string File, int Line) Place)> Points(MethodBase method, Script script)
    {
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var options = new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb);
        if (!script.GetCompilation().Emit(assembly, symbols, options: options).Success)
        {
            return [];
        }
        symbols.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(symbols);
        var reader = provider.GetMetadataReader();
        var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
        return [.. reader.GetMethodDebugInformation(handle.ToDebugInformationHandle()).GetSequencePoints()
            .Where(point => !point.IsHidden)
            .Select(point => (point.Offset, (FileName(reader, point.Document), point.StartLine)))];
    }

    private static string FileName(MetadataReader reader, DocumentHandle document) =>
        Path.GetFileName(reader.GetString(reader.GetDocument(document).Name));

    /// <summary>Which instructions throw such an error; null when it is none that the runtime throws.</summary>
    private static Func<OpCode, int, Module, bool>? Condition(Exception error) => error switch
    {
        IndexOutOfRangeException => static (code, operand, module) =>
            code.Name!.StartsWith("ldelem", StringComparison.Ordinal)
            || code.Name.StartsWith("stelem", StringComparison.Ordinal)
            || code.OperandType == OperandType.InlineMethod && IsIndexer(module, operand),
        OverflowException => static (code, _, _) => code.Name!.Contains(".ovf", StringComparison.Ordinal) || code == OpCodes.Newarr,
        DivideByZeroException => static (code, _, _) =>
            code.Name!.StartsWith("div", StringComparison.Ordinal) || code.Name.StartsWith("rem", StringComparison.Ordinal),
        _ => null,
    };

    /// <summary>Whether a method is one that the runtime's compiler writes out in place: of texts, spans and matrices.</summary>
    private static bool IsIndexer(Module module, int token)
    {
        try
        {
            return module.ResolveMethod(token) is { DeclaringType: { } type } method
                && (type.IsArray || type == typeof(string) && method.Name == "get_Chars"
                    || type.Namespace == "System" && type.Name is "Span`1" or "ReadOnlySpan`1" && method.Name == "get_Item");
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException or IOException)
        {
            // A method of a generic type cannot be resolved without the type's arguments.
            return false;
        }
    }

    /// <summary>The offsets of the instructions that meet a condition.</summary>
    private static IEnumerable<int> Offsets(byte[] code, Func<OpCode, int, bool> isWanted)
    {
        var position = 0;
        while (position < code.Length)
        {
            var start = position;
            short value = code[position++];
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code[position++]);
            }
            if (!OpCodesByValue.TryGetValue(value, out var instruction))
            {
                yield break;
            }
            var size = OperandSize(instruction.OperandType);
            var operand = size == 4 ? BitConverter.ToInt32(code, position) : 0;
            position += size;
            if (instruction.OperandType == OperandType.InlineSwitch)
            {
                position += 4 * operand;
            }
            if (isWanted(instruction, operand))
            {
                yield return start;
            }
        }
    }

    private static int OperandSize(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
