using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>
/// Draws a face back to front: wall, hair behind, body, head, features, hair before, glasses, hat.
/// One picture of 64 × 64 takes well under a millisecond of one core, and allocates nothing after the first.
/// </summary>
public static partial class FaceRenderer
{
    /// <summary>Grows whenever the same seed draws another picture.</summary>
    public const int Version = 1;

    /// <summary>The smallest picture in which the features can still be told.</summary>
    public const int MinimumSize = 32;

    /// <summary>The largest picture that is drawn.</summary>
    public const int MaximumSize = 512;

    [ThreadStatic]
    private static Vector3[]? t_pixels;

    /// <summary>Draws <paramref name="face"/> as size × size RGB bytes, row by row, three bytes a pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not within 32..512.</exception>
    /// <exception cref="ArgumentException">The span does not hold size × size × 3 bytes.</exception>
    public static void Render(in SyntheticFace face, int size, Span<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, MinimumSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaximumSize);
        if (rgb.Length != size * size * 3)
            throw new ArgumentException($"A picture of {size} × {size} needs {size * size * 3} bytes, not {rgb.Length}.", nameof(rgb));

        if (t_pixels is null || t_pixels.Length < size * size)
            t_pixels = new Vector3[size * size];
        var pixels = t_pixels.AsSpan(0, size * size);
        Paint(in face, pixels, size);
        for (var i = 0; i < pixels.Length; i++)
        {
            var colour = pixels[i];
            rgb[3 * i] = Byte(colour.X);
            rgb[3 * i + 1] = Byte(colour.Y);
            rgb[3 * i + 2] = Byte(colour.Z);
        }
    }

    private static byte Byte(float value) => (byte)(Shape.Clamp01(value) * 255f + 0.5f);

    private static void Paint(in SyntheticFace face, Span<Vector3> pixels, int size)
    {
        var room = new Canvas(pixels, size, 1f, 1f, 0f, 0f, 0f);
        var headX = face.OffsetX;
        var headY = face.OffsetY + (face.Hat == HatStyle.None ? 0.02f : 0.08f);
        var cos = Shape.Cos(face.Roll);
        var sin = Shape.Sin(face.Roll);
        var head = room.Placed(face.Scale, cos, sin, headX, headY);
        // The body stands still while the head tilts.
        var body = room.Placed(face.Scale, 1f, 0f, headX - 0.35f * sin, headY);

        var pose = new Pose(in face);
        var shape = new HeadShape(in face);
        var skin = new SkinTone(face.Skin, face.LightTint);
        var hair = new HairShape(in face, in pose);
        var hairTint = face.HairTint * face.LightTint;
        var hairSeen = face.Hair != HairLength.None && !(face.Hat != HatStyle.None && face.Hair == HairLength.Short);

        room.Fill(new WallPaint(face.Background * face.LightTint, face.Light), -1f, -1f, 1f, 1f);
        if (hairSeen)
            head.Fill(new HairPaint(hair, hairTint, face.Light, behind: true, 0f, 0f), -1.2f, -1.2f, 1.2f, hair.End + 0.2f);
        Body(in face, body, in pose, skin);
        Ears(in face, head, in pose, skin);
        head.Fill(new HeadPaint(shape, skin, face.Light, Relief(in face, in pose), face.Young ? 0.11f : 0.07f), -shape.Width - 0.12f, -shape.Height, shape.Width + 0.12f, shape.Height);
        Cheeks(in face, head, in pose, skin);
        if (!face.Young)
            Age(in face, head, in pose, skin);
        Beard(in face, head, in pose, shape);
        Mouth(in face, head, in pose, skin);
        Nose(in face, head, in pose, skin);
        if (face.Mustache)
            Mustache(in face, head, in pose);
        Eyes(in face, head, in pose, skin);
        if (hairSeen)
        {
            head.Fill(new HairShadowPaint(hair, shape, skin.Shade, -0.03f * face.Light.X, 0.055f), -0.75f, -0.8f, 0.75f, 0.8f);
            var sheen = face.HairKind switch { HairColour.Black => 0.75f, HairColour.Gray => 0.42f, _ => 0.62f };
            head.Fill(new HairPaint(hair, hairTint, face.Light, behind: false, sheen, face.Wavy ? 1f : 0f), -1.2f, -1.2f, 1.2f, 1.2f);
        }

        Brows(in face, head, in pose);
        if (face.Glasses)
            Glasses(in face, head, in pose);
        if (face.Earrings)
            Earrings(in face, head);
        if (face.Hat != HatStyle.None)
            Hat(in face, head, shape, skin);
    }

    private static void Body(in SyntheticFace face, in Canvas body, in Pose pose, SkinTone skin)
    {
        var neckX = 0.10f * pose.Lean;
        body.Fill(new NeckPaint(neckX, 0.25f + 0.06f * face.Fullness, skin, face.Light, face.HeadHeight), -0.6f, 0.3f, 0.6f, 1.3f);
        var cloth = face.Clothes * face.LightTint;
        var top = face.Necktie ? 0.69f : 0.73f;
        body.Fill(new ShoulderPaint(0f, top, 0.13f, cloth, face.Light), -1.2f, top - 0.1f, 1.2f, 1.4f);
        if (!face.Necktie)
            return;
        body.Fill(new TiePaint(0f, top + 0.02f, face.TieTint * face.LightTint), -0.3f, top, 0.3f, 1.3f);
    }

    private static void Ears(in SyntheticFace face, in Canvas head, in Pose pose, SkinTone skin)
    {
        for (var side = -1f; side <= 1f; side += 2f)
        {
            // The ear on the side the head turns to hides behind the cheek.
            var x = side * (face.HeadWidth + 0.005f) - 0.10f * pose.Lean;
            var lit = Shape.Clamp01(0.50f + 0.55f * side * face.Light.X);
            head.Fill(new BallPaint(x, 0.02f, 0.085f, 0.145f, skin.At(lit), face.Light, 0.12f), x - 0.1f, -0.15f, x + 0.1f, 0.2f);
            head.Fill(new SpotPaint(x + 0.008f * side, 0.01f, 0.055f, 0.10f, skin.Shade, 0.65f), x - 0.06f, -0.1f, x + 0.07f, 0.13f);
        }
    }

    private static Bumps Relief(in SyntheticFace face, in Pose pose)
    {
        var bumps = new Bumps();
        var bridge = pose.At(0f, 0.04f);
        var tip = pose.At(0f, face.NoseLength - 0.02f);
        var chin = pose.At(0f, 0.60f);
        var left = pose.At(-0.29f, 0.20f);
        var right = pose.At(0.29f, 0.20f);
        var eyeLeft = pose.At(-face.EyeGap, -0.05f);
        var eyeRight = pose.At(face.EyeGap, -0.05f);
        var cheek = 0.030f + 0.035f * Shape.Clamp01(face.Smile * 7f) + 0.035f * face.Fullness;
        bumps.Add(bridge.X + 0.02f * pose.Lean, bridge.Y, 0.11f + 0.3f * face.NoseWidth, 0.27f, 0.030f);
        bumps.Add(tip.X + 0.12f * pose.Lean, tip.Y + 0.08f * pose.Nod, 1.45f * face.NoseWidth, 1.25f * face.NoseWidth, 0.036f + 0.16f * (face.NoseWidth - 0.08f));
        bumps.Add(chin.X, chin.Y, 0.20f, 0.15f, 0.022f);
        bumps.Add(left.X, left.Y, 0.24f, 0.22f, cheek);
        bumps.Add(right.X, right.Y, 0.24f, 0.22f, cheek);
        bumps.Add(eyeLeft.X, eyeLeft.Y, 0.21f, 0.15f, -0.028f);
        bumps.Add(eyeRight.X, eyeRight.Y, 0.21f, 0.15f, -0.028f);
        return bumps;
    }
}
