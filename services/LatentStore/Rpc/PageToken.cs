using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace FaceMix.LatentStore.Rpc;

/// <summary>
/// An opaque page token: where the next page begins, bound to the question that the earlier page answered.
/// It is no secret and grants nothing; the digest only keeps a token from being used with another question.
/// </summary>
public static class PageToken
{
    /// <summary>Longest token accepted, in characters.</summary>
    public const int MaxLength = 2048;

    private const int DigestBytes = 8;

    /// <param name="question">The request without its page size and token.</param>
    /// <param name="position">Where the next page begins; the reader of the token knows its form.</param>
    public static string Write(IMessage question, string position) =>
        Base64Url.EncodeToString([.. Digest(question, Encoding.UTF8.GetBytes(position)), .. Encoding.UTF8.GetBytes(position)]);

    /// <summary>The position, or null when the token is not one of ours for this question.</summary>
    public static string? Read(IMessage question, string token)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token))
            return null;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < DigestBytes)
            return null;
        var position = bytes[DigestBytes..];
        return bytes.AsSpan().StartsWith(Digest(question, position)) ? Encoding.UTF8.GetString(position) : null;
    }

    private static byte[] Digest(IMessage question, byte[] position) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(question.Descriptor.FullName), .. question.ToByteArray(), .. position])[..DigestBytes];
}
