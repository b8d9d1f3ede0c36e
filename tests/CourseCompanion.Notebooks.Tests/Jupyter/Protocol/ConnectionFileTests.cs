using System.Net;
using CourseCompanion.Notebooks.Jupyter.Protocol;

namespace CourseCompanion.Notebooks.Tests.Jupyter.Protocol;

public class ConnectionFileTests
{
    private const string Ports = "\"shell_port\": 1, \"control_port\": 2, \"iopub_port\": 3, \"stdin_port\": 4, \"hb_port\": 5";

    [Fact]
    public void Parse_reads_what_jupyter_client_writes()
    {
        var file = ConnectionFile.Parse(
            $$"""{ {{Ports}}, "ip": "127.0.0.1", "key": "k", "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "" }""");
        Assert.Equal(IPAddress.Loopback, file.Address);
        Assert.Equal((1, 2, 3, 4, 5), (file.ShellPort, file.ControlPort, file.IOPubPort, file.StdinPort, file.HeartbeatPort));
        Assert.Equal("k"u8.ToArray(), file.Key);
    }

    [Theory]
    [InlineData("", "127.0.0.1")]
    [InlineData(", \"ip\": \"localhost\"", "127.0.0.1")]
    [InlineData(", \"ip\": \"*\"", "0.0.0.0")]
    [InlineData(", \"ip\": \"::1\"", "::1")]
    public void Parse_listens_on_loopback_unless_told_otherwise(string ip, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), ConnectionFile.Parse($"{{ {Ports}{ip} }}").Address);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{ \"shell_port\": \"1\" }")]
    [InlineData("{ " + Ports + ", \"transport\": \"ipc\" }")]
    [InlineData("{ " + Ports + ", \"key\": \"k\", \"signature_scheme\": \"hmac-md5\" }")]
    [InlineData("{ " + Ports + ", \"ip\": \"nowhere\" }")]
    [InlineData("{ " + Ports + ", \"shell_port\": 70000 }")]
    public void Load_names_a_file_that_is_not_a_connection_file(string json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            Assert.Contains(path, Assert.Throws<InvalidDataException>(() => ConnectionFile.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
