import { describe, expect, it } from "vitest";
import { cropToContent, darkenCorner, drawClosedLine, drawRectangle, type Image8 } from "#kernels";

function blank(width: number, height: number, channels = 3): Image8 {
  return { data: new Uint8Array(width * height * channels), width, height, channels };
}

function show({ data, width, height, channels }: Image8): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[(y * width + x) * channels] ? "#" : ".")).join(""),
  );
}

describe("drawing on an image", () => {
  it("makes a line of 2 px three pixels wide, as OpenCV does", () => {
    const image = blank(9, 5);
    drawClosedLine(image, Int32Array.of(2, 2, 6, 2), [255, 0, 0], 2);
    expect(show(image)).toEqual([".........", "..#####..", ".#######.", "..#####..", "........."]);
  });

  it("closes the line", () => {
    const image = blank(7, 5);
    drawClosedLine(image, Int32Array.of(1, 1, 5, 1, 5, 3, 1, 3), [1, 1, 1], 1);
    expect(show(image)).toEqual([".......", ".#####.", ".#...#.", ".#####.", "......."]);
  });

  it("puts the far corner of a rectangle at its width and height", () => {
    const image = blank(6, 5);
    drawRectangle(image, { x: 1, y: 1, width: 3, height: 2 }, [1, 1, 1], 1);
    expect(show(image)).toEqual(["......", ".####.", ".#..#.", ".####.", "......"]);
  });

  it("cuts off what lies outside", () => {
    const image = blank(4, 3);
    drawRectangle(image, { x: -2, y: -2, width: 4, height: 3 }, [1, 1, 1], 1);
    expect(show(image)).toEqual(["..#.", "###.", "...."]);
    drawClosedLine(image, Int32Array.of(-50, -50, -50, 90), [1, 1, 1], 5);
    expect(show(image)).toEqual(["..#.", "###.", "...."]);
  });

  it("takes no longer for what lies outside, however far it reaches", () => {
    const image = blank(40, 30);
    for (const width of [1e6, 1e8, 2 ** 31]) {
      drawRectangle(image, { x: 2, y: 3, width, height: width }, [1, 1, 1], Math.floor(width / 10));
      drawRectangle(image, { x: -width / 2, y: 3, width, height: width }, [1, 1, 1], 1);
    }
    expect(show(image)).toEqual(Array(30).fill("#".repeat(40)));
  });

  it("draws a line of one point as a dot, also where the point comes again", () => {
    const image = blank(5, 5);
    drawClosedLine(image, Int32Array.of(2, 2, 2, 2, 2, 2), [1, 1, 1], 2);
    expect(show(image)).toEqual([".....", "..#..", ".###.", "..#..", "....."]);
  });

  it("colours three channels and leaves alpha", () => {
    const image = blank(1, 1, 4);
    image.data[3] = 77;
    drawClosedLine(image, Int32Array.of(0, 0), [1, 2, 3], 1);
    expect([...image.data]).toEqual([1, 2, 3, 77]);
  });

  it("halves the brightness of a corner", () => {
    const image = blank(2, 2, 4);
    image.data.fill(201);
    darkenCorner(image, 1, 9);
    expect([...image.data]).toEqual([100, 100, 100, 201, 201, 201, 201, 201, 100, 100, 100, 201, 201, 201, 201, 201]);
  });
});

describe("cropping to what shows", () => {
  it("takes black edges off, and one more column and row", () => {
    const image = blank(5, 4);
    for (const at of [6, 7, 8, 11, 12, 13]) image.data.fill(90, at * 3, at * 3 + 3);
    const cropped = cropToContent(image);
    expect([cropped.width, cropped.height]).toEqual([2, 1]);
    expect([...cropped.data]).toEqual(Array(6).fill(90));
  });

  it("counts a pixel whose grey rounds to 0 as black, and keeps a wholly black image", () => {
    const image = blank(4, 4);
    image.data.fill(1);
    for (let i = 1; i < image.data.length; i += 3) image.data[i] = 0;
    expect(show(cropToContent(image))).toEqual(show(image));
  });
});
