namespace CourseCompanion.Notebooks.Formatting;

/// <summary>How closely a formatter's type fits a value's type.</summary>
internal static class TypeDistance
{
    private const int InterfaceDistance = 1000;
    private const int ObjectDistance = 2000;

    /// <summary>
    /// 0 for the type itself, one more per base class, then interfaces, then <see cref="object"/>; null when the
    /// formatter does not apply. An open generic type fits a little less than the closed one.
    /// </summary>
    internal static int? Between(Type actual, Type target)
    {
        if (target == typeof(object))
        {
            return ObjectDistance;
        }
        var distance = 0;
        for (var type = actual; type is not null; type = type.BaseType, distance += 2)
        {
            if (Fits(type, target, out var penalty))
            {
                return distance + penalty;
            }
        }
        foreach (var type in actual.GetInterfaces())
        {
            if (Fits(type, target, out var penalty))
            {
                return InterfaceDistance + penalty;
            }
        }
        return null;
    }

    private static bool Fits(Type type, Type target, out int penalty)
    {
        penalty = target.IsGenericTypeDefinition ? 1 : 0;
        return type == target || type.IsGenericType && type.GetGenericTypeDefinition() == target;
    }
}
