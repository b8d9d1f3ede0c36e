using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Jupyter.Protocol;

/// <summary>What a front end writes for the kernel that it starts: where to listen, and the key that signs messages.</summary>
/// <param name="Address">The address to bind; the loopback address unless the file says otherwise.</param>
/// <param name="ShellPort">The port of requests.</param>
/// <param name="ControlPort">The port of requests that pass by a running cell: interrupt and shutdown.</param>
/// <param name="IOPubPort">The port on which outputs are published.</param>
/// <param name="StdinPort">The port on which the kernel asks for input.</param>
/// <param name="HeartbeatPort">The port of the heartbeat.</param>
/// <param name="Key">The key of HMAC-SHA256; empty when messages are not signed.</param>
public sealed record ConnectionFile(
    IPAddress Address, int ShellPort, int ControlPort, int IOPubPort, int StdinPort, int HeartbeatPort, byte[] Key)
{
    /// <summary>Reads a connection file.</summary>
    /// <exception cref="InvalidDataException">The file is not a connection file, or asks for what we do not speak.</exception>
    public static ConnectionFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a Jupyter connection file: {e.Message}", e);
        }
    }

    internal static ConnectionFile Parse(string json)
    {
        var file = JsonNode.Parse(json, null, new JsonDocumentOptions { AllowDuplicateProperties = false })?.AsObject() ?? throw new FormatException("it is empty.");
        if (Text(file, "transport") is { } transport && transport != "tcp")
        {
            throw new FormatException($"transport '{transport}' is not supported, only tcp.");
        }

        var key = Text(file, "key") ?? "";
        if (key != "" && Text(file, "signature_scheme") is { } scheme && scheme != "hmac-sha256")
        {
            throw new FormatException($"signature scheme '{scheme}' is not supported, only hmac-sha256.");
        }

        return new(
            ParseAddress(Text(file, "ip")),
            Port(file, "shell_port"),
            Port(file, "control_port"),
            Port(file, "iopub_port"),
            Port(file, "stdin_port"),
            Port(file, "hb_port"),
            System.Text.Encoding.UTF8.GetBytes(key));
    }

    private static IPAddress ParseAddress(string? ip) => ip switch
    {
        null or "" or "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(ip, out var address)
            ? address
            : throw new FormatException($"'{ip}' is not an IP address."),
    };

    private static int Port(JsonObject file, string name)
    {
        var port = file[name]?.GetValue<int>() ?? throw new FormatException($"{name} is missing.");
        return port is >= 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new FormatException($"{name} {port} is not a port.");
    }

    private static string? Text(JsonObject file, string name) => file[name]?.GetValue<string>();
}
