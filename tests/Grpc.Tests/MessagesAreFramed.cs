#if COMPAT_PACKAGES
using System.Buffers;
using System.IO.Pipelines;
using FaceMix.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Framing;
using Xunit;

namespace FaceMix.Tests;

/// <summary>The frames of messages, in memory.</summary>
public sealed class MessagesAreFramed
{
    private const int Messages = 500;
    private static readonly SayResponse Message = new() { Text = "hello", Payload = ByteString.CopyFrom(new byte[100]) };

    // As generated stubs have it.
    private static readonly Marshaller<SayResponse> Marshaller = Marshallers.Create(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => SayResponse.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    [Fact]
    public void Writing_allocates_nothing()
    {
        var target = new ArrayBufferWriter<byte>(1 << 20);
        var writer = new MessageWriter(target, maxSize: null);
        Write();

        Assert.Equal(0, Allocated(Write));

        void Write()
        {
            target.ResetWrittenCount();
            for (var i = 0; i < Messages; i++)
                writer.Write(Message, Marshaller.ContextualSerializer, options: null);
        }
    }

    [Fact]
    public async Task Reading_allocates_nothing_but_the_message()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writer = new MessageWriter(pipe.Writer, maxSize: null);
        for (var i = 0; i < 2 * Messages; i++)
            writer.Write(Message, Marshaller.ContextualSerializer, options: null);
        await pipe.Writer.FlushAsync();
        var reader = new MessageReader(pipe.Reader, maxSize: null, encoding: null);
        var bytes = new ReadOnlySequence<byte>(Message.ToByteArray());
        Read();
        Parse();

        // Less than a byte a message: the pipe itself may take a note or two.
        Assert.InRange(Allocated(Read) - Allocated(Parse), 0, Messages - 1);

        void Read()
        {
            for (var i = 0; i < Messages; i++)
            {
                var read = reader.ReadAsync(Marshaller.ContextualDeserializer, CancellationToken.None);
                Assert.True(read.IsCompletedSuccessfully);
                Assert.Equal(100, read.Result!.Payload.Length);
            }
        }

        void Parse()
        {
            for (var i = 0; i < Messages; i++)
                Assert.Equal(100, SayResponse.Parser.ParseFrom(bytes).Payload.Length);
        }
    }

    [Fact]
    public async Task A_refused_message_leaves_the_rest_to_be_read()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 0, 0, 0, 0, 100, 1, 2, 3 });
        var reader = new MessageReader(pipe.Reader, maxSize: 10, encoding: null);

        var error = await Assert.ThrowsAsync<RpcException>(() => reader.ReadAsync(Marshaller.ContextualDeserializer, CancellationToken.None).AsTask());
        await pipe.Writer.WriteAsync(new byte[] { 4 });

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(9, (await pipe.Reader.ReadAsync()).Buffer.Length);
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
#endif
