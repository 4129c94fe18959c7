using System.Buffers;
using System.Text;

namespace Agent.Sdk.Http;

/// <summary>A component's answer to a request.</summary>
/// <param name="body">Takes the body. It is sent on, or read, once the component has finished.</param>
public sealed class LocalReply(IBufferWriter<byte> body)
{
    public const string PlainText = "text/plain; charset=utf-8";

    public int Status { get; set; } = 200;

    public string ContentType { get; set; } = PlainText;

    public IBufferWriter<byte> Body => body;

    /// <summary>Answers with one line of text.</summary>
    public void Text(int status, string message)
    {
        Status = status;
        ContentType = PlainText;
        Encoding.UTF8.GetBytes(message, body);
        body.Write("\n"u8);
    }
}
