using System.Text.Json;

namespace CourseCompanion.Notebooks.Jupyter.Protocol;

/// <summary>A request as it came from a client, its signature checked.</summary>
internal sealed class JupyterMessage
{
    /// <summary>The frames that lead back to the client: the peer's identity first.</summary>
    public required IReadOnlyList<byte[]> Route { get; init; }

    /// <summary>The header's bytes, which become the parent header of every answer.</summary>
    public required byte[] Header { get; init; }

    public required string Id { get; init; }

    public required string Type { get; init; }

    public required JsonElement Content { get; init; }

    /// <summary>The id of the message that this one answers; empty when there is none.</summary>
    public required string ParentId { get; init; }

    /// <summary>A text of the content; <paramref name="missing"/> when absent.</summary>
    /// <exception cref="InvalidMessageException">The value is something else, or not valid Unicode.</exception>
    public string GetString(string name, string missing = "")
    {
        if (!Content.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return missing;
        }

        return TryGetString(value) ?? throw new InvalidMessageException($"'{name}' must be a text.");
    }

    /// <summary>A truth value of the content; <paramref name="missing"/> when absent.</summary>
    /// <exception cref="InvalidMessageException">The value is something else.</exception>
    public bool GetBoolean(string name, bool missing) =>
        !Content.TryGetProperty(name, out var value) ? missing : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => missing,
            _ => throw new InvalidMessageException($"'{name}' must be true or false."),
        };

    /// <summary>An integer of the content; <paramref name="missing"/> when absent.</summary>
    /// <exception cref="InvalidMessageException">The value is something else.</exception>
    public int GetInt32(string name, int missing)
    {
        if (!Content.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return missing;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw new InvalidMessageException($"'{name}' must be an integer.");
    }

    /// <summary>The text of a JSON string; null when it is none, or one with half a surrogate pair.</summary>
    internal static string? TryGetString(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A request whose content is not what the protocol says; it is answered with an error.</summary>
internal sealed class InvalidMessageException(string message) : Exception(message);
